namespace VqVae.Exporter.Tables;

/// <summary>
/// A tree over the codes of a stage: each node halves its codes by their shares along their principal axis. A code that is most of what there
/// is, or else a zero code, is split off first, so that the first decision is a flag.
/// </summary>
internal sealed class DenseTree
{
    private const int Iterations = 24;
    private const double ShareFloor = 2e-4;

    /// <summary>A share from which a code is worth a decision of its own.</summary>
    private const double LargeShare = 0.3;

    private readonly float[] _codes;
    private readonly int _dim;
    private readonly double[] _weights;
    private readonly int _depthLimit;
    private readonly List<ushort> _leaves = [];
    private readonly List<int> _left = [];
    private readonly List<double[]> _axes = [];

    private DenseTree(ReadOnlySpan<float> codes, int dim, double[] shares)
    {
        (_codes, _dim) = (codes.ToArray(), dim);

        // A rare code is not pushed into the depths: it costs little there, but a share of its own keeps trees shallow.
        _weights = [.. shares.Select(s => s + (ShareFloor * Math.Min(1, 512.0 / shares.Length)))];
        _depthLimit = Math.Max(16, BitsFor(shares.Length) + 1);
    }

    /// <summary>The codes in the order of the leaves.</summary>
    public ushort[] Leaves => [.. _leaves];

    /// <summary>For each node, depth first, the leaves of its left part.</summary>
    public int[] Left => [.. _left];

    /// <summary>For each node its axis in the codes' space, of length 1 (or 0, where its codes are all the same).</summary>
    public IReadOnlyList<double[]> Axes => _axes;

    /// <summary>The code that the first decision is about alone; <c>null</c> where that one halves the codes, too.</summary>
    public int? First { get; private set; }

    /// <summary>Builds the tree.</summary>
    /// <param name="codes">The codebook, <c>[K, D]</c>.</param>
    /// <param name="dim">D.</param>
    /// <param name="shares">How often each code is used; they add up to 1.</param>
    public static DenseTree Build(ReadOnlySpan<float> codes, int dim, double[] shares)
    {
        var tree = new DenseTree(codes, dim, shares);
        int[] all = [.. Enumerable.Range(0, shares.Length)];
        tree.First = FindFirst(codes, dim, shares);
        if (tree.First is { } first)
        {
            tree._left.Add(1);
            tree._axes.Add(tree.PrincipalAxis(all));
            tree._leaves.Add((ushort)first);
            tree.Split([.. all.Where(c => c != first)], 1);
        }
        else
        {
            tree.Split(all, 0);
        }

        return tree;
    }

    /// <summary>The commonest code where it has a large share; otherwise code 0 where that is the zero vector.</summary>
    private static int? FindFirst(ReadOnlySpan<float> codes, int dim, double[] shares)
    {
        var commonest = shares.AsSpan().IndexOf(shares.Max());
        return shares[commonest] >= LargeShare ? commonest : codes[..dim].ContainsAnyExcept(0f) ? null : 0;
    }

    private void Split(int[] codes, int depth)
    {
        if (codes.Length == 1)
        {
            _leaves.Add((ushort)codes[0]);
            return;
        }

        var axis = PrincipalAxis(codes);
        var places = codes.Select(c => Project(c, axis)).ToArray();
        Array.Sort(places, codes);
        var left = Half(codes, depth);
        _left.Add(left);
        _axes.Add(axis);
        Split(codes[..left], depth + 1);
        Split(codes[left..], depth + 1);
    }

    /// <summary>How many of the sorted codes make the left part: nearest to half of the weight, but so that no part gets too deep.</summary>
    private int Half(int[] codes, int depth)
    {
        var half = codes.Sum(c => _weights[c]) / 2;
        var (best, at, sum) = (double.MaxValue, 1, 0.0);
        for (var i = 1; i < codes.Length; i++)
        {
            sum += _weights[codes[i - 1]];
            var distance = Math.Abs(sum - half);
            if (distance < best) (best, at) = (distance, i);
        }

        var most = 1 << Math.Min(30, _depthLimit - depth - 1);
        return Math.Clamp(at, Math.Max(1, codes.Length - most), Math.Min(codes.Length - 1, most));
    }

    private double[] PrincipalAxis(int[] codes)
    {
        var mean = new double[_dim];
        var total = codes.Sum(c => _weights[c]);
        foreach (var c in codes)
            for (var d = 0; d < _dim; d++) mean[d] += _weights[c] / total * _codes[(c * _dim) + d];

        // Power iteration from a fixed start with a part of every direction.
        var axis = Enumerable.Range(0, _dim).Select(d => 1 + (0.37 * (d * 7919 % 13))).ToArray();
        for (var i = 0; i < Iterations; i++)
        {
            var next = new double[_dim];
            foreach (var c in codes)
            {
                double along = 0;
                for (var d = 0; d < _dim; d++) along += (_codes[(c * _dim) + d] - mean[d]) * axis[d];
                along *= _weights[c];
                for (var d = 0; d < _dim; d++) next[d] += along * (_codes[(c * _dim) + d] - mean[d]);
            }

            var length = Math.Sqrt(next.Sum(v => v * v));
            if (length < 1e-30) return i == 0 ? new double[_dim] : axis;
            axis = [.. next.Select(v => v / length)];
        }

        return axis;
    }

    private double Project(int code, double[] axis)
    {
        double sum = 0;
        for (var d = 0; d < _dim; d++) sum += _codes[(code * _dim) + d] * axis[d];
        return sum;
    }

    private static int BitsFor(int codes) => codes <= 1 ? 0 : 32 - int.LeadingZeroCount(codes - 1);
}
