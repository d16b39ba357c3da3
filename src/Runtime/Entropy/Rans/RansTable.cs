using System.Runtime.CompilerServices;

namespace VqVae.Runtime;

/// <summary>A <see cref="FrequencyTable"/> made ready: what encoding a symbol needs without a division, and where the symbol of a slot is found.</summary>
internal sealed class RansTable
{
    /// <summary>Slots of one entry of the lookup, as a power of two: a quarter of the memory for a step to the next symbol now and then.</summary>
    private const int LookupBits = 2;

    private readonly RansSymbol[] _symbols;
    private readonly ushort[] _lookup;
    private readonly uint[] _ranges;

    public RansTable(FrequencyTable table)
    {
        Bits = table.Bits;
        var frequencies = table.Frequencies;
        _symbols = new RansSymbol[frequencies.Length];
        _ranges = new uint[frequencies.Length];
        _lookup = new ushort[1 << (Bits - LookupBits)];
        var start = 0;
        for (var symbol = 0; symbol < frequencies.Length; symbol++)
        {
            var frequency = frequencies[symbol];
            _symbols[symbol] = new RansSymbol(start, frequency, Bits);
            _ranges[symbol] = ((uint)start << 16) | frequency;

            // Entries whose first slot is this symbol's.
            var first = (start + (1 << LookupBits) - 1) >> LookupBits;
            start += frequency;
            _lookup.AsSpan(first, ((start - 1) >> LookupBits) + 1 - first).Fill((ushort)symbol);
        }
    }

    /// <summary>The frequencies add up to 2 to the power of this.</summary>
    public int Bits { get; }

    /// <summary>For each symbol what the encoder needs.</summary>
    public ReadOnlySpan<RansSymbol> Symbols => _symbols;

    /// <summary>For each entry of slots the symbol of the first of them.</summary>
    public ReadOnlySpan<ushort> Lookup => _lookup;

    /// <summary>For each symbol its first slot in the upper half, its number of slots in the lower.</summary>
    public ReadOnlySpan<uint> Ranges => _ranges;

    /// <summary>Bytes that the arrays hold.</summary>
    public int Bytes => BytesOf(Bits, _symbols.Length);

    /// <summary>Bytes that the arrays of a table hold.</summary>
    public static int BytesOf(int bits, int symbols) => (symbols * (RansSymbol.Size + sizeof(uint))) + ((1 << (bits - LookupBits)) * sizeof(ushort));

    /// <summary>Takes a symbol out of a state; the spans are those of the state's table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Pop(ref uint state, ReadOnlySpan<ushort> lookup, ReadOnlySpan<uint> ranges, int bits)
    {
        var slot = state & ((1u << bits) - 1);
        var symbol = lookup[(int)(slot >> LookupBits)];
        var range = ranges[symbol];
        while (slot - (range >> 16) >= (range & 0xffff)) range = ranges[++symbol];
        state = ((range & 0xffff) * (state >> bits)) + slot - (range >> 16);
        return symbol;
    }
}
