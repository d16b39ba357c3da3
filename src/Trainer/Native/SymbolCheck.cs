namespace VqVae.Trainer.Native;

/// <summary>Whether a libtorch has what TorchSharp's library was linked against.</summary>
/// <param name="Required">How many symbols TorchSharp's library wants from libtorch.</param>
/// <param name="Missing">Those that libtorch lacks, in ordinal order.</param>
internal sealed record SymbolCheck(int Required, IReadOnlyList<string> Missing)
{
    /// <summary>Compares what one library wants with what others offer together.</summary>
    /// <exception cref="InvalidDataException">One of the files is not a 64-bit little-endian ELF library; the message names it.</exception>
    public static SymbolCheck Of(string library, IEnumerable<string> others)
    {
        var missing = Read(library, symbols => symbols.Required.ToHashSet(StringComparer.Ordinal));
        var required = missing.Count;
        foreach (var other in others)
        {
            Read(other, symbols =>
            {
                missing.ExceptWith(symbols.Exported);
                return missing;
            });
        }

        return new(required, [.. missing.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Reads a library for nothing but its errors: the system's loader ends the process on a file that is cut short.</summary>
    /// <exception cref="InvalidDataException">The file is not a 64-bit little-endian ELF library, or not whole; the message names it.</exception>
    public static void RequireWhole(string library) => Read(library, symbols => symbols);

    private static T Read<T>(string path, Func<ElfDynamicSymbols, T> use)
    {
        try
        {
            return use(ElfDynamicSymbols.Read(path));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}
