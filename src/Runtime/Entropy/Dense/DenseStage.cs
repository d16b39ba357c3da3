using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VqVae.Runtime;

/// <summary>What the dense mode knows of one stage of one plane: the tree over its codes, integer vectors, where adaptation starts.</summary>
internal sealed class DenseStage
{
    /// <summary>Codes K, at least 2.</summary>
    public required int Codes { get; init; }

    /// <summary>The codes in the order of the tree's leaves.</summary>
    public required ushort[] Leaves { get; init; }

    /// <summary>
    /// For each of the K − 1 nodes, depth first, how many leaves its left part has. The left child of node i is i + 1, the right child
    /// i + Left[i]; a part of one leaf has no node.
    /// </summary>
    public required int[] Left { get; init; }

    /// <summary>Dimensions of the integer vectors: 0 (none), 16 or 32.</summary>
    public required int Dimensions { get; init; }

    /// <summary>The codes' vectors, <c>[K, D]</c>, in units common to all stages of the plane.</summary>
    public required short[] Vectors { get; init; }

    /// <summary>The nodes' axes, <c>[K − 1, D]</c>: which way the codes of the two parts lie.</summary>
    public required short[] Axes { get; init; }

    /// <summary>Where the two parts of a node meet along its axis.</summary>
    public required int[] Thresholds { get; init; }

    /// <summary>What a distance from the threshold is multiplied with, and divided by 65536, to get a number of deviations · 256.</summary>
    public required int[] Slopes { get; init; }

    /// <summary>How the predicted vector follows from the neighbours' vectors.</summary>
    public required DensePredictor Predictor { get; set; }

    /// <summary>The codes' classes, 0 to 30, and behind them the class of a position outside.</summary>
    public required byte[] Classes { get; init; }

    /// <summary>The codes' ranks, 0 to 2, and behind them the rank of a position outside.</summary>
    public required byte[] Ranks { get; init; }

    /// <summary>The codes' energies.</summary>
    public required ushort[] Energies { get; init; }

    /// <summary>Half octaves that count as level 0: of neighbour energy, of earlier energy, of the gradient.</summary>
    public required byte[] Levels { get; init; }

    /// <summary>How fast weights adapt.</summary>
    public required int WeightRate { get; set; }

    /// <summary>Start of the order-0 probabilities: count · 65536 + probability, for each node.</summary>
    public required uint[] Order0 { get; init; }

    /// <summary>Start of the other probabilities: a power of two of slots, each check · 2²⁴ + count · 2¹⁶ + probability, or 0.</summary>
    public required uint[] Start { get; init; }

    /// <summary>How much an input counts, <c>[contexts, count classes]</c>, 256ths.</summary>
    public required short[] Confidence { get; init; }

    /// <summary>Start of the weights chosen by depth, <c>[24, 24]</c>, 65536ths.</summary>
    public required int[] DepthWeights { get; init; }

    /// <summary>Start of the weights chosen by activity, <c>[256, 24]</c>, 65536ths.</summary>
    public required int[] ActivityWeights { get; init; }

    /// <summary>Bytes that the tables take in memory.</summary>
    public int Bytes => (11 * Codes) + (14 * (Codes - 1)) + (2 * (Vectors.Length + Axes.Length + Confidence.Length)) + Predictor.Bytes
        + (4 * (Order0.Length + Start.Length + DepthWeights.Length + ActivityWeights.Length));

    /// <summary>What a context's probability starts from, or 0 where the table does not say.</summary>
    public uint FindStart(uint hash, DenseKernel kernel)
    {
        if (Start.Length == 0) return 0;
        var line = (int)hash & (Start.Length - 1) & ~3;
        if (kernel != DenseKernel.Scalar)
        {
            var entries = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Start), (nuint)line);
            var same = Vector128.Equals((entries ^ Vector128.Create(hash)) >>> 24, Vector128<uint>.Zero) & ~Vector128.Equals(entries, Vector128<uint>.Zero);
            var found = same.ExtractMostSignificantBits();

            // Without a branch, which would wait for memory: whether there is an entry is hard to guess.
            return Start[line | (BitOperations.TrailingZeroCount(found) & 3)] & (uint)-(int)((found | (found >> 1) | (found >> 2) | (found >> 3)) & 1);
        }

        for (var i = line; i < line + 4; i++)
            if ((Start[i] ^ hash) >> 24 == 0 && Start[i] != 0) return Start[i];
        return 0;
    }

    /// <summary>The leaf of each code.</summary>
    public int[] LeafOf => _leafOf ??= InvertLeaves();

    /// <summary>The depth of each node, for the weights chosen by node.</summary>
    public byte[] Depths => _depths ??= FindDepths();

    private int[]? _leafOf;
    private byte[]? _depths;

    private int[] InvertLeaves()
    {
        var leafOf = new int[Codes];
        for (var i = 0; i < Codes; i++) leafOf[Leaves[i]] = i;
        return leafOf;
    }

    private byte[] FindDepths()
    {
        var depths = new byte[Codes - 1];
        var pending = new Stack<(int Node, int Count, int Depth)>();
        pending.Push((0, Codes, 0));
        while (pending.TryPop(out var part))
        {
            var (node, count, depth) = part;
            depths[node] = (byte)depth;
            var left = Left[node];
            if (left > 1) pending.Push((node + 1, left, depth + 1));
            if (count - left > 1) pending.Push((node + left, count - left, depth + 1));
        }

        return depths;
    }
}
