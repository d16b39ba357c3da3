namespace VqVae.Benchmarks;

/// <summary>A benchmark's command line: options with a value each, and names.</summary>
internal sealed class BenchmarkArguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>What is no option.</summary>
    public List<string> Names { get; } = [];

    /// <summary>An option's value; <c>null</c> where it was not given.</summary>
    public string? this[string option] => _values.GetValueOrDefault(option);

    /// <summary>Reads a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="usage">What is printed where they are none of the command's.</param>
    /// <param name="names">How many names there are.</param>
    /// <param name="options">The options.</param>
    /// <returns><c>null</c> where the usage was printed.</returns>
    public static BenchmarkArguments? Parse(string[] args, string usage, int names, params ReadOnlySpan<string> options)
    {
        var parsed = new BenchmarkArguments();
        var right = true;
        for (var i = 0; i < args.Length && right; i++)
        {
            if (!args[i].StartsWith('-')) parsed.Names.Add(args[i]);
            else right = options.Contains(args[i]) && i + 1 < args.Length && parsed._values.TryAdd(args[i], args[++i]);
        }

        if (right && parsed.Names.Count == names) return parsed;
        Console.Error.WriteLine("usage: " + usage);
        return null;
    }
}
