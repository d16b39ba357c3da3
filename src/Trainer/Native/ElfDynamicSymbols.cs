using System.Text;
using VqVae.Build;

namespace VqVae.Trainer.Native;

/// <summary>The dynamic symbols of a 64-bit little-endian ELF library: what it offers to others and what it wants from them.</summary>
/// <remarks>
/// Of the file only the section table, <c>.dynsym</c>, its names and their versions are read: 9 of the 461 MB of libtorch_cpu.so 2.10.
/// The layout is that of the "System V Application Binary Interface", chapters 4 and 5, and, for versions, of the "Linux Standard Base Core
/// Specification", chapter "Symbol Versioning".
/// </remarks>
internal sealed class ElfDynamicSymbols
{
    private const int HeaderBytes = 64;
    private const int SymbolBytes = 24;
    private const uint SectionTypeDynamicSymbols = 11;
    private const uint SectionTypeSymbolVersions = 0x6fffffff;
    private const int BindingGlobal = 1;
    private const int BindingWeak = 2;
    private const int BindingUnique = 10;

    /// <summary>Twenty times the largest section of libtorch; a damaged size must not allocate more.</summary>
    private const ulong MaxSectionBytes = 1 << 28;

    private readonly byte[] _symbols;
    private readonly byte[] _names;
    private readonly byte[]? _versions;

    private ElfDynamicSymbols(byte[] symbols, byte[] names, byte[]? versions) => (_symbols, _names, _versions) = (symbols, names, versions);

    /// <summary>Names that other libraries can bind to.</summary>
    /// <exception cref="InvalidDataException">A name lies outside the file's names.</exception>
    public IEnumerable<string> Exported => Names(symbol => Section(symbol) != 0 && Binding(symbol) is BindingGlobal or BindingWeak or BindingUnique);

    /// <summary>
    /// Names that another library must define before this one can run. Weak ones may stay undefined, and those with a version belong to the C and
    /// C++ runtimes, whose versions the system's loader checks.
    /// </summary>
    /// <exception cref="InvalidDataException">A name lies outside the file's names.</exception>
    public IEnumerable<string> Required => Names(symbol => Section(symbol) == 0 && Binding(symbol) == BindingGlobal && !HasVersion(symbol));

    /// <summary>Reads a library.</summary>
    /// <exception cref="InvalidDataException">It is not a 64-bit little-endian ELF library, or a malformed one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ElfDynamicSymbols Read(string path)
    {
        using var file = File.OpenHandle(path);
        var length = (ulong)RandomAccess.GetLength(file);
        var header = ReadBlock(0, Math.Min(length, HeaderBytes));
        ElfSymbolVersions.CheckHeader(header);
        var (entryBytes, count) = (ElfSymbolVersions.ReadUInt16(header, 0x3a), ElfSymbolVersions.ReadUInt16(header, 0x3c));
        if (entryBytes < HeaderBytes) throw new InvalidDataException($"malformed ELF file: section headers of {entryBytes} bytes");
        var sections = ReadBlock(ReadUInt64(header, 0x28), (ulong)entryBytes * count);

        if (Find(SectionTypeDynamicSymbols) is not { } symbols) throw new InvalidDataException("the ELF file has no dynamic symbols");
        var link = ElfSymbolVersions.ReadUInt32(sections, symbols + 0x28);
        if (link >= count) throw new InvalidDataException($"malformed ELF file: section {link} of {count}");
        return new(
            ReadSection(symbols),
            ReadSection((long)link * entryBytes),
            Find(SectionTypeSymbolVersions) is { } versions ? ReadSection(versions) : null);

        long? Find(uint type)
        {
            for (var i = 0; i < count; i++)
                if (ElfSymbolVersions.ReadUInt32(sections, ((long)i * entryBytes) + 4) == type) return (long)i * entryBytes;
            return null;
        }

        byte[] ReadSection(long at) => ReadBlock(ReadUInt64(sections, at + 0x18), ReadUInt64(sections, at + 0x20));

        byte[] ReadBlock(ulong offset, ulong bytes)
        {
            if (bytes > MaxSectionBytes || bytes > length || offset > length - bytes)
                throw new InvalidDataException($"malformed ELF file: {bytes} bytes at {offset} are outside its {length} bytes or too many");
            var block = new byte[(int)bytes];
            for (var read = 0; read < block.Length;)
            {
                var got = RandomAccess.Read(file, block.AsSpan(read), (long)offset + read);
                if (got == 0) throw new EndOfStreamException($"{path} ends early");
                read += got;
            }

            return block;
        }
    }

    private IEnumerable<string> Names(Func<int, bool> wanted)
    {
        // The first entry stands for no symbol.
        for (var symbol = 1; symbol < _symbols.Length / SymbolBytes; symbol++)
            if (wanted(symbol)) yield return Name(ElfSymbolVersions.ReadUInt32(_symbols, (long)symbol * SymbolBytes));
    }

    private string Name(uint at)
    {
        var bytes = at < _names.Length ? _names.AsSpan((int)at) : default;
        var end = bytes.IndexOf((byte)0);
        return end >= 0 ? Encoding.Latin1.GetString(bytes[..end]) : throw new InvalidDataException($"malformed ELF file: no name at {at}");
    }

    private int Binding(int symbol) => _symbols[(symbol * SymbolBytes) + 4] >> 4;

    private int Section(int symbol) => ElfSymbolVersions.ReadUInt16(_symbols, ((long)symbol * SymbolBytes) + 6);

    // 0 and 1 stand for local and global symbols without a version; the highest bit hides a symbol from new links.
    private bool HasVersion(int symbol) => _versions is not null && (ElfSymbolVersions.ReadUInt16(_versions, (long)symbol * 2) & 0x7fff) > 1;

    private static ulong ReadUInt64(byte[] block, long at) => ElfSymbolVersions.ReadUInt32(block, at) | ((ulong)ElfSymbolVersions.ReadUInt32(block, at + 4) << 32);
}
