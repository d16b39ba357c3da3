using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Reads one stage of the dense part of <c>tables.bin</c>, as <c>docs/vq-format.md</c> describes it, and refuses what cannot be coded with.</summary>
internal static class DenseStageReader
{
    /// <summary>Largest threshold either way.</summary>
    public const int ThresholdLimit = 1 << 30;

    /// <summary>Largest slope.</summary>
    public const int SlopeLimit = 1 << 24;

    /// <summary>Reads a stage.</summary>
    /// <exception cref="ModelFormatException">The tables are malformed.</exception>
    public static DenseStage Read(ref TableReader reader, int codes, int dimensions, string what)
    {
        var leaves = ReadLeaves(ref reader, codes, what);
        var left = ReadTree(ref reader, codes, what);
        var order0 = new uint[codes - 1];
        var packed = reader.ReadBytes(2 * order0.Length, $"order 0 of {what}");
        for (var i = 0; i < order0.Length; i++) order0[i] = DenseStartSlot.Unpack(0, BinaryPrimitives.ReadUInt16LittleEndian(packed[(2 * i)..]));
        if (order0.Contains(0u)) reader.Invalid($"order 0 of {what}", "counts of at least 1", "0");

        var stage = new DenseStage
        {
            Codes = codes,
            Leaves = leaves,
            Left = left,
            Order0 = order0,
            Dimensions = dimensions,
            Classes = [.. ReadBelow(ref reader, codes, DenseShape.OutsideClass, $"classes of {what}"), DenseShape.OutsideClass],
            Ranks = [.. ReadBelow(ref reader, codes, DenseShape.OutsideRank, $"ranks of {what}"), DenseShape.OutsideRank],
            Energies = MemoryMarshal.Cast<short, ushort>(ReadShorts(ref reader, codes, short.MinValue, short.MaxValue, $"energies of {what}")).ToArray(),
            Levels = reader.ReadBytes(3, $"levels of {what}").ToArray(),
            WeightRate = reader.ReadByte($"weight rate of {what}", 0, 127),
            Vectors = ReadShorts(ref reader, codes * dimensions, -DenseShape.VectorLimit, DenseShape.VectorLimit, $"vectors of {what}"),
            Axes = ReadShorts(ref reader, (codes - 1) * dimensions, -DenseShape.AxisLimit, DenseShape.AxisLimit, $"axes of {what}"),
            Thresholds = ReadNumbers(ref reader, dimensions > 0 ? codes - 1 : 0, (2u * ThresholdLimit) - 1, -ThresholdLimit, $"thresholds of {what}"),
            Slopes = ReadNumbers(ref reader, dimensions > 0 ? codes - 1 : 0, SlopeLimit, 0, $"slopes of {what}"),
            Predictor = ReadPredictor(ref reader, dimensions, $"prediction of {what}"),
            Confidence = ReadShorts(ref reader, DenseShape.Contexts * DenseShape.CountClasses, 0, DenseShape.ConfidenceLimit, $"confidence of {what}"),
            DepthWeights = ReadWeights(ref reader, DenseShape.Depths, $"weights of {what}"),
            ActivityWeights = reader.ReadByte($"activity weights of {what}", 0, 1) == 1 ? ReadWeights(ref reader, DenseShape.ActivitySets, $"weights of {what}") : [],
            Start = ReadStart(ref reader, what),
        };
        return stage;
    }

    private static ushort[] ReadLeaves(ref TableReader reader, int codes, string what)
    {
        var bytes = reader.ReadBytes(2 * codes, $"leaves of {what}");
        var leaves = new ushort[codes];
        var seen = new bool[codes];
        for (var i = 0; i < codes; i++)
        {
            leaves[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
            if (leaves[i] >= codes || seen[leaves[i]]) reader.Invalid($"leaves of {what}", $"each code below {codes} once", $"{leaves[i]}");
            seen[leaves[i]] = true;
        }

        return leaves;
    }

    private static int[] ReadTree(ref TableReader reader, int codes, string what)
    {
        var bytes = reader.ReadBytes(2 * (codes - 1), $"tree of {what}");
        var left = new int[codes - 1];
        for (var i = 0; i < left.Length; i++) left[i] = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);

        // The parts that are still to come, each with its size and depth: never more than the tree is deep.
        Span<(int Count, int Depth)> pending = stackalloc (int, int)[DenseShape.MaxDepth + 2];
        var waiting = 0;
        var (count, depth) = (codes, 0);
        foreach (var size in left)
        {
            if (size < 1 || size >= count) reader.Invalid($"tree of {what}", $"a left part of 1 to {count - 1} codes", $"{size}");
            if (depth == DenseShape.MaxDepth) reader.Invalid($"tree of {what}", $"a depth of at most {DenseShape.MaxDepth}", "more");
            depth++;
            if (count - size > 1) pending[waiting++] = (count - size, depth);
            if (size > 1) count = size;
            else if (waiting > 0) (count, depth) = pending[--waiting];
            else count = 0;
        }

        return left;
    }

    private static ReadOnlySpan<byte> ReadBelow(ref TableReader reader, int count, int limit, string what)
    {
        var bytes = reader.ReadBytes(count, what);
        var at = bytes.IndexOfAnyInRange((byte)limit, byte.MaxValue);
        if (at >= 0) reader.Invalid(what, $"0 to {limit - 1}", $"{bytes[at]}");
        return bytes;
    }

    private static short[] ReadShorts(ref TableReader reader, int count, int min, int max, string what)
    {
        var bytes = reader.ReadBytes(2 * count, what);
        var values = new short[count];
        if (BitConverter.IsLittleEndian) MemoryMarshal.Cast<byte, short>(bytes).CopyTo(values);
        else for (var i = 0; i < count; i++) values[i] = BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]);
        var at = values.AsSpan().IndexOfAnyExceptInRange((short)min, (short)max);
        if (at >= 0) reader.Invalid(what, $"{min} to {max}", $"{values[at]}");
        return values;
    }

    private static int[] ReadNumbers(ref TableReader reader, int count, uint max, int offset, string what)
    {
        var bytes = reader.ReadBytes(4 * count, what);
        var values = new int[count];
        for (var i = 0; i < count; i++)
        {
            var value = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
            if (value > max) reader.Invalid(what, $"0 to {max}", $"{value}");
            values[i] = (int)value + offset;
        }

        return values;
    }

    private static DensePredictor ReadPredictor(ref TableReader reader, int dimensions, string what)
    {
        var ends = new int[dimensions];
        var (components, coefficients) = (new List<ushort>(), new List<short>());
        for (var d = 0; d < dimensions; d++)
        {
            var terms = reader.ReadByte(what, 0, DenseShape.MaxTerms);
            for (var i = 0; i < terms; i++)
            {
                components.Add((ushort)reader.ReadUInt16(what, max: (DenseShape.Neighbours * dimensions) - 1));
                coefficients.Add(ReadShorts(ref reader, 1, -DenseShape.PredictorLimit, DenseShape.PredictorLimit, what)[0]);
            }

            ends[d] = components.Count;
        }

        return new DensePredictor(ends, [.. components], [.. coefficients]);
    }

    private static int[] ReadWeights(ref TableReader reader, int sets, string what)
    {
        var stored = ReadShorts(ref reader, sets * DenseShape.Inputs, -short.MaxValue, short.MaxValue, what);
        var weights = new int[sets * DenseShape.Lanes];
        for (var set = 0; set < sets; set++)
            for (var i = 0; i < DenseShape.Inputs; i++) weights[(set * DenseShape.Lanes) + i] = stored[(set * DenseShape.Inputs) + i] << 4;
        return weights;
    }

    private static uint[] ReadStart(ref TableReader reader, string what)
    {
        var bits = reader.ReadByte($"start table of {what}", 0, DenseShape.MaxStartBits);
        if (bits == 0) return [];
        if (bits == 1) reader.Invalid($"start table of {what}", "0 or at least 2", "1");
        var bytes = reader.ReadBytes(3 << bits, $"start table of {what}");
        var start = new uint[1 << bits];
        for (var i = 0; i < start.Length; i++) start[i] = DenseStartSlot.Unpack(bytes[3 * i], bytes[(3 * i) + 1] | (bytes[(3 * i) + 2] << 8));
        return start;
    }
}
