using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>
/// A plane's codes in integers: their coordinates along the principal axes of the sums that the stages make, each axis scaled to the
/// range of 16-bit arithmetic.
/// </summary>
internal sealed class DenseGeometry
{
    private const int Iterations = 40;

    private readonly double[][] _axes;
    private readonly double[] _scales;

    private DenseGeometry(double[][] axes, double[] scales) => (_axes, _scales) = (axes, scales);

    /// <summary>Integer dimensions: a multiple of 16; those behind the codes' own are 0.</summary>
    public int Dimensions => _axes.Length;

    /// <summary>Finds the axes.</summary>
    /// <param name="plane">The index maps.</param>
    /// <param name="codebooks">The plane's codebooks, <c>[L, K, D]</c>.</param>
    /// <param name="dimensions">Integer dimensions that are wanted.</param>
    public static DenseGeometry Fit(CalibrationPlane plane, ReadOnlySpan<float> codebooks, int dimensions)
    {
        var dim = codebooks.Length / (plane.Plane.Stages * plane.Plane.Codes);
        var sums = Sums(plane, codebooks, dim);
        var axes = Enumerable.Range(0, dimensions).Select(_ => new double[dim]).ToArray();
        var scales = new double[dimensions];
        var wanted = Math.Min(dimensions, dim);
        PrincipalAxes(sums, dim, axes.AsSpan(0, wanted));
        for (var a = 0; a < wanted; a++)
        {
            double largest = 0;
            for (var i = 0; i < sums.Length; i += dim) largest = Math.Max(largest, Math.Abs(Dot(sums.AsSpan(i, dim), axes[a])));
            scales[a] = largest > 1e-20 ? DenseShape.VectorLimit / (1.25 * largest) : 0;
        }

        return new DenseGeometry(axes, scales);
    }

    /// <summary>A code's integer vector.</summary>
    public void Vector(ReadOnlySpan<float> code, Span<short> vector)
    {
        for (var a = 0; a < Dimensions; a++)
            vector[a] = (short)Math.Clamp(Math.Round(Dot(code, _axes[a]) * _scales[a]), -DenseShape.VectorLimit, DenseShape.VectorLimit);
    }

    /// <summary>A direction in the codes' space as integers that give, up to a factor, the distance along it from integer vectors.</summary>
    public void Axis(double[] direction, Span<short> axis)
    {
        Span<double> values = stackalloc double[Dimensions];
        double largest = 0;
        for (var a = 0; a < Dimensions; a++)
        {
            values[a] = _scales[a] > 0 ? Dot(direction, _axes[a]) / _scales[a] : 0;
            largest = Math.Max(largest, Math.Abs(values[a]));
        }

        for (var a = 0; a < Dimensions; a++) axis[a] = largest > 0 ? (short)Math.Round(values[a] / largest * DenseShape.AxisLimit) : (short)0;
    }

    /// <summary>A code's squared length without its part along the first axis: how much detail it stands for.</summary>
    public double Energy(ReadOnlySpan<float> code)
    {
        double sum = 0;
        foreach (var value in code) sum += (double)value * value;
        if (_axes.Length == 0) return sum;
        var first = Dot(code, _axes[0]);
        return Math.Max(0, sum - (first * first));
    }

    /// <summary>Sums of all stages' codes at positions spread over the maps.</summary>
    private static float[] Sums(CalibrationPlane plane, ReadOnlySpan<float> codebooks, int dim)
    {
        var (positions, stages, codes) = (plane.Height * plane.Width, plane.Plane.Stages, plane.Plane.Codes);
        var all = (long)plane.Maps * positions;
        var count = (int)Math.Min(all, Math.Max(64, (1 << 22) / dim));
        var sums = new float[count * dim];
        for (var i = 0; i < count; i++)
        {
            var (map, at) = Math.DivRem(i * all / count, positions);
            var sum = sums.AsSpan(i * dim, dim);
            for (var s = 0; s < stages; s++)
            {
                var code = codebooks.Slice(((s * codes) + plane.Stage((int)map, s)[(int)at]) * dim, dim);
                for (var d = 0; d < dim; d++) sum[d] += code[d];
            }
        }

        return sums;
    }

    /// <summary>Subspace iteration with Gram-Schmidt from fixed starts.</summary>
    private static void PrincipalAxes(float[] sums, int dim, Span<double[]> axes)
    {
        var random = new Random(1);
        foreach (var axis in axes)
            for (var d = 0; d < dim; d++) axis[d] = random.NextDouble() - 0.5;
        Orthonormalize(axes);

        // A part of the sums tells the axes well enough.
        var step = dim * Math.Max(1, sums.Length / dim / Math.Max(256, (1 << 20) / dim));
        var iterations = Iterations;
        var next = new double[axes.Length][];
        for (var i = 0; i < iterations; i++)
        {
            for (var a = 0; a < axes.Length; a++) next[a] = new double[dim];
            for (var at = 0; at < sums.Length; at += step)
            {
                var sum = sums.AsSpan(at, dim);
                for (var a = 0; a < axes.Length; a++)
                {
                    var along = Dot(sum, axes[a]);
                    var to = next[a];
                    for (var d = 0; d < dim; d++) to[d] += along * sum[d];
                }
            }

            next.AsSpan().CopyTo(axes);
            Orthonormalize(axes);
        }
    }

    private static void Orthonormalize(Span<double[]> axes)
    {
        for (var a = 0; a < axes.Length; a++)
        {
            var axis = axes[a];
            for (var b = 0; b < a; b++)
            {
                double along = 0;
                for (var d = 0; d < axis.Length; d++) along += axis[d] * axes[b][d];
                for (var d = 0; d < axis.Length; d++) axis[d] -= along * axes[b][d];
            }

            var length = Math.Sqrt(axis.Sum(v => v * v));
            for (var d = 0; d < axis.Length; d++) axis[d] = length > 1e-20 ? axis[d] / length : 0;
        }
    }

    private static double Dot(ReadOnlySpan<float> x, double[] y)
    {
        double sum = 0;
        for (var d = 0; d < y.Length; d++) sum += x[d] * y[d];
        return sum;
    }

    private static double Dot(double[] x, double[] y)
    {
        double sum = 0;
        for (var d = 0; d < y.Length; d++) sum += x[d] * y[d];
        return sum;
    }
}
