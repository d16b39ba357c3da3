using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VqVae.Runtime;

/// <summary>
/// The integer vectors and energies around the current position of a block: sums over the stages before (known everywhere in the tile)
/// and over these and the stage itself (known where it is coded already).
/// </summary>
internal sealed class DenseRows
{
    private DenseStage _stage = null!;
    private IReadOnlyList<DenseStage> _stages = [];
    private int _width, _height, _dimensions;
    private bool _isFirst;
    private short[] _above2 = [], _above = [], _here = [], _sum = [], _sumBelow = [];
    private int[] _aboveEnergy = [], _hereEnergy = [], _sumEnergy = [], _sumBelowEnergy = [];

    /// <summary>
    /// The neighbours' vectors at the current position, <c>[11, D]</c>: left, above, above right, above left (with this stage), then the
    /// position itself, right, below, below right, below left (without), then two to the left and two above (with this stage).
    /// </summary>
    public short[] Neighbours { get; } = new short[DenseShape.Neighbours * DenseShape.MaxDimensions];

    /// <summary>Differences of vectors, <c>[4, D]</c>: the predicted code; left, above, the mean of right and below, each less the position's own. On the first
    /// stage the last one is what continues left and above.</summary>
    public short[] Differences { get; } = new short[4 * DenseShape.MaxDimensions];

    /// <summary>Half octaves of: the coded neighbours' energy (on the first stage the differences between them), the energy of the stages before here and right and below, the edge between left and above.</summary>
    public int[] HalfOctaves { get; } = new int[3];

    /// <summary>One of <see cref="HalfOctaves"/> as a level from 0 to 15.</summary>
    public int Level(int kind) => Math.Clamp(HalfOctaves[kind] - _stage.Levels[kind], 0, 15);

    /// <summary>Starts a block.</summary>
    public void Begin(IReadOnlyList<DenseStage> stages, in IndexBlock block)
    {
        _stages = stages;
        _stage = stages[block.Stage];
        (_width, _height, _dimensions) = (block.Width, block.Height, _stage.Dimensions);
        var size = _width * _dimensions;
        Resize(ref _above2, size);
        Resize(ref _above, size);
        Resize(ref _here, size);
        Resize(ref _sum, size);
        Resize(ref _sumBelow, size);
        Resize(ref _aboveEnergy, _width);
        Resize(ref _hereEnergy, _width);
        Resize(ref _sumEnergy, _width);
        Resize(ref _sumBelowEnergy, _width);
        _isFirst = block.Stage == 0;
        SumRow(block, 0);
    }

    /// <summary>Starts a row; rows come in order.</summary>
    public void BeginRow(in IndexBlock block, int y)
    {
        (_above2, _above, _here) = (_above, _here, _above2);
        (_aboveEnergy, _hereEnergy) = (_hereEnergy, _aboveEnergy);
        (_sum, _sumBelow) = (_sumBelow, _sum);
        (_sumEnergy, _sumBelowEnergy) = (_sumBelowEnergy, _sumEnergy);
        if (y + 1 < _height) SumRow(block, y + 1);
    }

    /// <summary>Enters a code that has been coded.</summary>
    public void Enter(int x, int code)
    {
        _hereEnergy[x] = _sumEnergy[x] + _stage.Energies[code];
        Add(At(_sum, x), _stage.Vectors.AsSpan(code * _dimensions, _dimensions), At(_here, x));
    }

    /// <summary>Computes what the neighbours say of a position.</summary>
    public void Look(int x, int y)
    {
        var (hasLeft, hasAbove, hasRight, hasBelow) = (x > 0, y > 0, x + 1 < _width, y + 1 < _height);
        var coded = 0;
        if (hasLeft) coded += 2 * _hereEnergy[x - 1];
        if (hasAbove)
        {
            coded += 2 * _aboveEnergy[x];
            if (hasLeft) coded += _aboveEnergy[x - 1];
            if (hasRight) coded += _aboveEnergy[x + 1];
        }

        var earlier = 4 * _sumEnergy[x];
        if (hasRight) earlier += _sumEnergy[x + 1];
        if (hasBelow) earlier += _sumBelowEnergy[x];
        HalfOctaves[0] = DenseMath.HalfOctaves((uint)coded);
        HalfOctaves[1] = DenseMath.HalfOctaves((uint)earlier);
        HalfOctaves[2] = 0;
        if (_dimensions > 0) LookAtVectors(x, y, hasLeft, hasAbove, hasRight, hasBelow);
    }

    private void LookAtVectors(int x, int y, bool hasLeft, bool hasAbove, bool hasRight, bool hasBelow)
    {
        // Outside the tile the nearest that is known stands in.
        var n = _dimensions;
        var all = Neighbours.AsSpan(0, DenseShape.Neighbours * n);
        var left = all[..n];
        var above = all.Slice(n, n);
        var own = all.Slice(4 * n, n);
        var below = all.Slice(6 * n, n);
        if (hasLeft) At(_here, x - 1).CopyTo(left);
        else if (hasAbove) At(_above, x).CopyTo(left);
        else left.Clear();
        (hasAbove ? At(_above, x) : left).CopyTo(above);
        (hasAbove && hasRight ? At(_above, x + 1) : above).CopyTo(all.Slice(2 * n, n));
        (hasAbove && hasLeft ? At(_above, x - 1) : above).CopyTo(all.Slice(3 * n, n));
        At(_sum, x).CopyTo(own);
        (hasRight ? At(_sum, x + 1) : own).CopyTo(all.Slice(5 * n, n));
        (hasBelow ? At(_sumBelow, x) : own).CopyTo(below);
        (hasBelow && hasRight ? At(_sumBelow, x + 1) : below).CopyTo(all.Slice(7 * n, n));
        (hasBelow && hasLeft ? At(_sumBelow, x - 1) : below).CopyTo(all.Slice(8 * n, n));
        (x > 1 ? At(_here, x - 2) : left).CopyTo(all.Slice(9 * n, n));
        (y > 1 ? At(_above2, x) : above).CopyTo(all.Slice(10 * n, n));
        Combine(all, n);
    }

    private void Combine(ReadOnlySpan<short> all, int n)
    {
        var differences = Differences.AsSpan(0, 4 * n);
        _stage.Predictor.Predict(all, differences[..n]);

        // Dimensions come in multiples of a vector's length, and numbers are small enough for 16 bits before they are clamped, too.
        ref var from = ref MemoryMarshal.GetReference(all);
        ref var to = ref MemoryMarshal.GetReference(differences);
        var (gradient, size) = (Vector256<int>.Zero, (nuint)n);
        for (nuint d = 0; d < size; d += DenseShape.DimensionStep)
        {
            var (left, above, own) = (Vector256.LoadUnsafe(ref from, d), Vector256.LoadUnsafe(ref from, size + d), Vector256.LoadUnsafe(ref from, (4 * size) + d));
            var beyond = (Vector256.LoadUnsafe(ref from, (5 * size) + d) + Vector256.LoadUnsafe(ref from, (6 * size) + d)) >> 1;
            Clamp(left - own).StoreUnsafe(ref to, size + d);
            Clamp(above - own).StoreUnsafe(ref to, (2 * size) + d);
            Clamp(beyond - own).StoreUnsafe(ref to, (3 * size) + d);
            var edge = (left - above) >> 2;
            gradient += DenseKernels.MultiplyAdd(edge, edge);
        }

        HalfOctaves[2] = DenseMath.HalfOctaves((uint)Vector256.Sum(gradient));
        if (_isFirst) LookAtFirst(all, n, differences[(3 * n)..]);
    }

    /// <summary>
    /// On the first stage nothing is known to the right and below, and energies say little of how even an area is. What continues left and
    /// above stands in for the former, the differences between the coded neighbours for the latter.
    /// </summary>
    private void LookAtFirst(ReadOnlySpan<short> all, int n, Span<short> beyond)
    {
        var texture = 0;
        for (var d = 0; d < n; d++)
        {
            var (left, above, aboveRight, aboveLeft) = (all[d], all[n + d], all[(2 * n) + d], all[(3 * n) + d]);
            beyond[d] = Clamp(left + above - aboveLeft);
            var (down, across, further) = ((left - aboveLeft) >> 2, (above - aboveLeft) >> 2, (above - aboveRight) >> 2);
            texture += (down * down) + (across * across) + (further * further);
        }

        HalfOctaves[0] = DenseMath.HalfOctaves((uint)texture);
    }

    /// <summary>Adds up the stages before.</summary>
    private void SumRow(in IndexBlock block, int y)
    {
        var sums = _sumBelow.AsSpan(0, _width * _dimensions);
        var energies = _sumBelowEnergy.AsSpan(0, _width);
        energies.Clear();
        sums.Clear();
        for (var s = 0; s < block.Stage; s++)
        {
            var stage = _stages[s];
            var codes = block.EarlierStage(s).Slice(y * _width, _width);
            for (var x = 0; x < codes.Length; x++)
            {
                energies[x] += stage.Energies[codes[x]];
                var sum = sums.Slice(x * _dimensions, _dimensions);
                Add(sum, stage.Vectors.AsSpan(codes[x] * _dimensions, _dimensions), sum);
            }
        }
    }

    private Span<short> At(short[] row, int x) => row.AsSpan(x * _dimensions, _dimensions);

    /// <summary>A number within <see cref="DenseShape.VectorLimit"/>.</summary>
    internal static short Clamp(int value) => (short)Math.Clamp(value, -DenseShape.VectorLimit, DenseShape.VectorLimit);

    private static Vector256<short> Clamp(Vector256<short> values) =>
        Vector256.Min(Vector256.Max(values, Vector256.Create((short)-DenseShape.VectorLimit)), Vector256.Create((short)DenseShape.VectorLimit));

    /// <summary>The sum of two vectors, clamped.</summary>
    private static void Add(ReadOnlySpan<short> a, ReadOnlySpan<short> b, Span<short> sum)
    {
        ref var first = ref MemoryMarshal.GetReference(a);
        ref var second = ref MemoryMarshal.GetReference(b);
        ref var target = ref MemoryMarshal.GetReference(sum);
        for (nuint d = 0; d < (nuint)sum.Length; d += DenseShape.DimensionStep) Clamp(Vector256.LoadUnsafe(ref first, d) + Vector256.LoadUnsafe(ref second, d)).StoreUnsafe(ref target, d);
    }

    private static void Resize<T>(ref T[] array, int size)
    {
        if (array.Length < size) array = new T[size];
    }
}
