using VqVae.Exporter.Graphs;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Verification;

/// <summary>Runs a model's graphs with the code that apps run them with, and compares the results with the trainer's.</summary>
internal sealed class GraphVerifier
{
    /// <summary>
    /// The distance gap, relative to the latent's scale, up to which the nearest code is a tie. Float32 distances are off by about 10⁻⁷ of
    /// that scale in either program, and by a few times that through the networks.
    /// </summary>
    public const double Epsilon = 1e-6;

    /// <summary>Steps of 1/255 by which a decoded byte may differ: the reference precision that every device keeps.</summary>
    public const int PixelTolerance = 1;

    /// <summary>
    /// Share of the bytes decoded from each number of stages that must be equal. Two correct programs differ where a value lies within their
    /// float32 error of a half: well under a byte in a hundred. A bias or a wrong way to round stays within the tolerance almost everywhere, but
    /// moves many bytes.
    /// </summary>
    public const double SmallestShareEqual = 0.99;

    /// <summary>Share of each stage's indices that must be clear enough to compare; gaps that make everything a tie prove nothing.</summary>
    public const double SmallestShareCompared = 0.25;

    private readonly ModelGraphs _graphs;
    private readonly IReadOnlyList<LatentPlane> _planes;
    private readonly double[][] _smallestClearGaps;

    private readonly List<IndexCounts[]> _indices;
    private readonly SortedDictionary<int, ByteCounts> _bytes = [];
    private int _maxDifference;
    private string? _firstWrongIndex, _firstWrongByte;

    /// <summary>By plane, rate point and stage: for each code the first that equals it.</summary>
    private readonly int[][][][] _firstEqual;

    private GraphVerifier(ModelGraphs graphs, Checkpoint checkpoint, IEnumerable<double[]> scales)
    {
        _graphs = graphs;
        _planes = checkpoint.Spec.Planes;
        _firstEqual = [.. checkpoint.Spec.Latents.Select(layout => FirstEqual(new PlaneCodebooks(checkpoint, layout), layout.Plane.Stages))];
        _smallestClearGaps = [.. scales.Select(plane => plane.Select(scale => Epsilon * scale).ToArray())];
        _indices = [.. _planes.Select(p => Enumerable.Range(0, p.Stages).Select(stage => new IndexCounts(p.TensorName, stage)).ToArray())];
    }

    /// <summary>Compares all samples.</summary>
    public static VerificationReport Verify(ModelGraphs graphs, Checkpoint checkpoint, IReadOnlyList<ParitySample> samples, CancellationToken cancellationToken)
    {
        var verifier = new GraphVerifier(graphs, checkpoint, checkpoint.Spec.Latents.Select((layout, plane) => Scales(
            checkpoint, layout, [.. samples.Select(s => s.Planes[plane])], [.. samples.Select(s => s.Height / layout.Plane.Stride * (s.Width / layout.Plane.Stride))])));
        foreach (var sample in samples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            verifier.CompareIndices(sample);
            verifier.CompareImages(sample);
        }

        return verifier.Report(samples.Count);
    }

    /// <summary>
    /// The size of what each stage of a plane's search subtracts from each other: √(A·B), where B is the mean of ‖e‖² in the stage and A the largest of them in the
    /// plane. Latents are off by a share of √A, wherever they are small as well, and a distance by that times the size of the codes it is a distance to. Early in training
    /// codes can be far smaller than latents; then the distances are as large as their mean gap shows.
    /// </summary>
    private static double[] Scales(Checkpoint checkpoint, LatentLayout layout, IReadOnlyList<ParityPlane> samples, IReadOnlyList<int> positions)
    {
        var (stages, codes) = (layout.Plane.Stages, layout.Plane.Codes);
        var norms = new PlaneCodebooks(checkpoint, layout).SquaredNorms();
        var sizes = new double[stages];
        for (var i = 0; i < norms.Length; i += codes) sizes[i / codes % stages] = Math.Max(sizes[i / codes % stages], norms.AsSpan(i, codes).ToArray().Average(n => (double)n));
        for (var stage = 0; stage < stages; stage++)
        {
            var own = samples.SelectMany((sample, s) => sample.Gaps.Where((_, i) => i / positions[s] % stages == stage));
            sizes[stage] = Math.Max(sizes[stage], 10 * own.Average(gap => (double)gap));
        }

        var largest = sizes.Max();
        return [.. sizes.Select(size => Math.Sqrt(largest * size))];
    }

    private static int[][][] FirstEqual(PlaneCodebooks codebooks, int stages) =>
        [.. Enumerable.Range(0, codebooks.RatePoints).Select(rate => Enumerable.Range(0, stages).Select(stage => codebooks.FirstEqual(rate, stage)).ToArray())];

    private void CompareIndices(ParitySample sample)
    {
        var found = _graphs.Encode(sample.Images, sample.Batch, sample.Height, sample.Width, sample.Rate, sample.Lambda);
        for (var p = 0; p < _planes.Count; p++)
        {
            var plane = _planes[p];
            var (expected, gaps) = (sample.Planes[p].Indices, sample.Planes[p].Gaps);
            var positions = sample.Height / plane.Stride * (sample.Width / plane.Stride);
            for (var image = 0; image < sample.Batch; image++)
            {
                for (var position = 0; position < positions; position++)
                {
                    // After a tie that went the other way, the next stages search for the rest of another code.
                    var sameSoFar = true;
                    for (var stage = 0; stage < plane.Stages; stage++)
                    {
                        var i = (((image * plane.Stages) + stage) * positions) + position;
                        var first = _firstEqual[p][sample.Rate][stage];
                        var equal = found[p][i] == expected[i] || ((uint)found[p][i] < (uint)first.Length && first[found[p][i]] == first[expected[i]]);
                        var clear = sameSoFar && gaps[i] > _smallestClearGaps[p][stage];
                        sameSoFar &= equal;
                        var counts = _indices[p][stage];
                        counts.All++;
                        if (equal) counts.Equal++;
                        if (clear) counts.Compared++;
                        if (equal || !clear) continue;
                        counts.Wrong++;
                        _firstWrongIndex ??= $"sample {sample.Number}, image {image}, {plane.TensorName}, stage {stage}, position {position}: expected {expected[i]}, got {found[p][i]}, gap {gaps[i]:g3}";
                    }
                }
            }
        }
    }

    private void CompareImages(ParitySample sample)
    {
        foreach (var (stages, expected) in sample.Reconstructions)
        {
            var indices = _planes.Select((plane, p) => Leading(sample.Planes[p].Indices, sample.Batch, plane.Stages, stages)).ToArray();
            var found = _graphs.Decode(indices, stages, sample.Batch, sample.Height, sample.Width, sample.Rate);
            if (!_bytes.TryGetValue(stages, out var counts)) _bytes.Add(stages, counts = new ByteCounts(stages));
            counts.All += expected.Length;
            for (var i = 0; i < expected.Length; i++)
            {
                var difference = Math.Abs(found[i] - expected[i]);
                if (difference == 0) counts.Equal++;
                _maxDifference = Math.Max(_maxDifference, difference);
                if (difference <= PixelTolerance) continue;
                counts.Wrong++;
                _firstWrongByte ??= $"sample {sample.Number}, {stages} stages, byte {i}: expected {expected[i]}, got {found[i]}";
            }
        }
    }

    /// <summary>The leading stages of <c>[N, L, h, w]</c>.</summary>
    private static int[] Leading(int[] indices, int batch, int all, int stages)
    {
        var positions = indices.Length / batch / all;
        var kept = Math.Min(all, stages) * positions;
        var leading = new int[batch * kept];
        for (var image = 0; image < batch; image++) Array.Copy(indices, image * all * positions, leading, image * kept, kept);
        return leading;
    }

    private VerificationReport Report(int samples) => new()
    {
        Samples = samples,
        Epsilon = Epsilon,
        Indices = [.. _indices.SelectMany(counts => counts)],
        FirstWrongIndex = _firstWrongIndex,
        Bytes = [.. _bytes.Values],
        MaxPixelDifference = _maxDifference,
        FirstWrongByte = _firstWrongByte,
    };
}
