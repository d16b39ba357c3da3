namespace VqVae.Runtime;

/// <summary>A <see cref="FrequencyTable"/> made ready: what encoding a symbol needs without a division, and the symbol of every slot.</summary>
internal sealed class RansTable
{
    private readonly RansSymbol[] _symbols;
    private readonly ushort[] _slots;
    private readonly uint[] _ranges;

    public RansTable(FrequencyTable table)
    {
        Bits = table.Bits;
        var frequencies = table.Frequencies;
        _symbols = new RansSymbol[frequencies.Length];
        _ranges = new uint[frequencies.Length];
        _slots = new ushort[1 << Bits];
        var start = 0;
        for (var symbol = 0; symbol < frequencies.Length; symbol++)
        {
            var frequency = frequencies[symbol];
            _symbols[symbol] = new RansSymbol(start, frequency, Bits);
            _ranges[symbol] = ((uint)start << 16) | frequency;
            _slots.AsSpan(start, frequency).Fill((ushort)symbol);
            start += frequency;
        }
    }

    /// <summary>The frequencies add up to 2 to the power of this.</summary>
    public int Bits { get; }

    /// <summary>For each symbol what the encoder needs.</summary>
    public ReadOnlySpan<RansSymbol> Symbols => _symbols;

    /// <summary>For each slot its symbol.</summary>
    public ReadOnlySpan<ushort> Slots => _slots;

    /// <summary>For each symbol its first slot in the upper half, its number of slots in the lower.</summary>
    public ReadOnlySpan<uint> Ranges => _ranges;

    /// <summary>Bytes that the arrays hold.</summary>
    public int Bytes => (_symbols.Length * RansSymbol.Size) + (_slots.Length * sizeof(ushort)) + (_ranges.Length * sizeof(uint));
}
