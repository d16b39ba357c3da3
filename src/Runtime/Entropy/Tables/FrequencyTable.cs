using System.Globalization;

namespace VqVae.Runtime;

/// <summary>How often each symbol of an alphabet is to be expected: whole numbers of at least 1 that add up to a power of two.</summary>
internal sealed class FrequencyTable
{
    /// <summary>Least and most bits of the sum; 32-bit rANS with 16-bit words loses nothing to speak of up to here.</summary>
    public const int MinBits = 8, MaxBits = 14;

    private readonly ushort[] _frequencies;

    /// <exception cref="ArgumentException">The frequencies are not that.</exception>
    public FrequencyTable(int bits, ushort[] frequencies)
    {
        if (bits is < MinBits or > MaxBits) throw new ArgumentException($"expected {MinBits} to {MaxBits} bits, got {bits}");
        if (frequencies.Contains((ushort)0) || frequencies.Sum(f => (long)f) != 1 << bits)
            throw new ArgumentException($"expected frequencies of at least 1 that add up to {1 << bits}");
        Bits = bits;
        _frequencies = frequencies;
    }

    /// <summary>The frequencies add up to 2 to the power of this.</summary>
    public int Bits { get; }

    /// <summary>Each symbol's frequency.</summary>
    public ReadOnlySpan<ushort> Frequencies => _frequencies;

    /// <summary>Reads one byte <c>bits</c> and, unless it is 0, <paramref name="symbols"/> frequencies of 16 bits.</summary>
    /// <returns>The table, or <c>null</c> where <c>bits</c> is 0: there is none.</returns>
    /// <exception cref="Models.ModelFormatException">A frequency is 0, or they do not add up.</exception>
    public static FrequencyTable? Read(ref TableReader reader, int symbols, string what)
    {
        var bits = reader.ReadByte(what + ": bits", 0, MaxBits);
        return bits == 0 ? null : ReadFrequencies(ref reader, bits, symbols, what);
    }

    /// <summary>Reads <paramref name="symbols"/> frequencies of 16 bits that add up to 2 to the power of <paramref name="bits"/>.</summary>
    /// <exception cref="Models.ModelFormatException">A frequency is 0, or they do not add up.</exception>
    public static FrequencyTable ReadFrequencies(ref TableReader reader, int bits, int symbols, string what)
    {
        if (bits < MinBits) reader.Invalid(what + ": bits", $"{MinBits} to {MaxBits}", Text(bits));
        var bytes = new TableReader(reader.ReadBytes(2 * symbols, what), reader.Offset - (2 * symbols));
        var frequencies = new ushort[symbols];
        var sum = 0;
        for (var i = 0; i < symbols; i++)
        {
            frequencies[i] = (ushort)bytes.ReadUInt16(what + ": frequency", 1, 1 << bits);
            sum += frequencies[i];
        }

        if (sum != 1 << bits) reader.Invalid(what + ": sum of the frequencies", Text(1 << bits), Text(sum));
        return new FrequencyTable(bits, frequencies);
    }

    /// <summary>Writes the table, or that there is none.</summary>
    public static void Write(TableWriter writer, FrequencyTable? table)
    {
        writer.WriteByte(table?.Bits ?? 0);
        table?.WriteFrequencies(writer);
    }

    /// <summary>Writes the frequencies alone.</summary>
    public void WriteFrequencies(TableWriter writer)
    {
        foreach (var frequency in _frequencies) writer.WriteUInt16(frequency);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
