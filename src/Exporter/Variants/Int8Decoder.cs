using VqVae.Exporter.Graphs;
using VqVae.Exporter.Onnx;
using VqVae.Models;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Variants;

/// <summary>
/// Chooses how a decoder becomes integers by measuring on calibration samples what each choice loses against the originals: how ranges are cut, how far
/// channels are brought to one scale, and which convolutions stay in float.
/// </summary>
internal sealed class Int8Decoder
{
    /// <summary>The loss in dB from which on convolutions are left in float: less is hardly measurable, let alone seen.</summary>
    public const double WorthFloat = 0.06;

    /// <summary>A convolution is left in float only where that saves so much of the loss in dB.</summary>
    private const double LeastGain = 0.005;

    /// <summary>How far the channels' magnitudes m are evened out: factors m^x.</summary>
    private static readonly double[] Exponents = [0, 0.5, 1];

    /// <summary>Whether the ends of a range are cut off where that makes the squared error smaller.</summary>
    private static readonly bool[] Cuts = [false, true];

    private readonly GraphProto _graph;
    private readonly ModelSpec _spec;
    private readonly GraphShapes _shapes;
    private readonly IReadOnlyList<CalibrationSample> _samples;
    private readonly Dictionary<string, TensorStatistics> _statistics = new(StringComparer.Ordinal);
    private readonly string[] _convolutions;
    private readonly double[] _reference;

    private Int8Decoder(Checkpoint checkpoint, IReadOnlyList<CalibrationSample> samples)
    {
        (_graph, _spec, _samples) = (DecoderGraph.Build(checkpoint), checkpoint.Spec, samples);
        _shapes = new GraphShapes(_graph, _spec);
        var constants = _graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        _convolutions = [.. _graph.Node.Where(n => Int8Graph.IsConvolution(n, constants)).Select(n => n.Name)];
        _reference = [.. samples.Select(s => s.Psnr(s.Decoded))];
        Measure(_graph, literally: false, _graph.ValueInfo.Where(v => v.Type.TensorType.ElemType == (int)DataType.Float && v.Type.TensorType.Shape.Dim.Count == 4).Select(v => v.Name), _statistics);
    }

    /// <summary>The decoder as 8-bit integers.</summary>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="samples">What the choices are measured on.</param>
    /// <param name="worthFloat">Loss in dB, a mean over the rate points, from which on convolutions are left in float.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static GraphProto Build(Checkpoint checkpoint, IReadOnlyList<CalibrationSample> samples, double worthFloat, CancellationToken cancellationToken) =>
        new Int8Decoder(checkpoint, samples).Best(worthFloat, cancellationToken);

    private GraphProto Best(double worthFloat, CancellationToken cancellationToken)
    {
        var inFloat = new HashSet<string>(StringComparer.Ordinal);
        var choices = from x in Exponents from c in Cuts select (Exponent: x, Cut: c);
        var (exponent, cut) = choices.MinBy(choice =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Loss(Graph(inFloat, choice.Exponent, choice.Cut, correct: false));
        });
        var best = Graph(inFloat, exponent, cut, correct: true);
        var loss = Loss(best);
        while (loss > worthFloat)
        {
            var tries = _convolutions.Except(inFloat).Select(name =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                var graph = Graph([.. inFloat, name], exponent, cut, correct: true);
                return (Name: name, Graph: graph, Loss: Loss(graph));
            });
            if (tries.MinBy(t => t.Loss) is not { Name: not null } found || found.Loss > loss - LeastGain) break;
            inFloat.Add(found.Name);
            (best, loss) = (found.Graph, found.Loss);
        }

        return best;
    }

    /// <summary>dB that are lost against the fp32 decoder.</summary>
    private double Loss(GraphProto graph)
    {
        using var runner = new SampleRunner(graph, _spec, [], literally: false);
        return _samples.Select((sample, i) => _reference[i] - sample.Psnr(runner.Decode(sample))).Average();
    }

    private GraphProto Graph(HashSet<string> @float, double exponent, bool cut, bool correct)
    {
        var plan = Plan(@float, exponent, cut);
        var graph = Int8Graph.Build(_graph, _shapes, plan);
        return correct ? Int8Graph.Build(_graph, _shapes, plan with { Corrections = Corrections(graph, plan) }) : graph;
    }

    private Int8Plan Plan(HashSet<string> @float, double exponent, bool cut)
    {
        var (tensors, scaleOf) = Int8Graph.Tensors(_graph, _shapes, @float);
        var classes = ChannelClasses.Of(_graph, _shapes, node => _convolutions.Contains(node.Name) && !@float.Contains(node.Name));
        var magnitudes = new Dictionary<int, float>();
        foreach (var tensor in tensors)
        {
            if (classes.Channels(tensor) is not { } channels || channels.Length != _statistics[tensor].Channels) continue;
            for (var c = 0; c < channels.Length; c++)
                if (channels[c] >= 0) magnitudes[channels[c]] = Math.Max(magnitudes.GetValueOrDefault(channels[c]), _statistics[tensor].Magnitude(c));
        }

        var scales = tensors.GroupBy(scaleOf).ToDictionary(g => g.Key, g => Scale(g, Factors, cut), StringComparer.Ordinal);
        return new Int8Plan { Float = @float, Factors = Factors, Scale = tensor => scales[scaleOf(tensor)], Corrections = new Dictionary<string, float[]>() };

        float[]? Factors(string tensor) => exponent == 0 || classes.Channels(tensor) is not { } channels || channels.All(c => c < 0)
            ? null
            : [.. channels.Select(c => c >= 0 && magnitudes.TryGetValue(c, out var m) && m > 0 ? (float)Math.Pow(m, exponent) : 1)];
    }

    /// <summary>The scale of tensors that share one: their whole range, or where it is cut what makes the smallest squared error.</summary>
    private ByteScale Scale(IEnumerable<string> tensors, Func<string, float[]?> factors, bool cut)
    {
        var (low, high) = (0.0, 0.0);
        var values = new List<float>();
        foreach (var tensor in tensors)
        {
            var statistics = _statistics[tensor];
            var own = factors(tensor);
            for (var c = 0; c < statistics.Channels; c++)
            {
                var factor = own?[c] ?? 1;
                (low, high) = (Math.Min(low, statistics.Least[c] / factor), Math.Max(high, statistics.Most[c] / factor));
                if (cut) values.AddRange(statistics.Some(c).Select(value => value / factor));
            }
        }

        return Enumerable.Range(0, cut ? 20 : 1).Select(i => ByteScale.Covering(low * (1 - (0.04 * i)), high * (1 - (0.04 * i)))).MinBy(scale =>
        {
            double error = 0;
            foreach (var value in values)
            {
                var difference = value - (scale.Scale * (Math.Clamp(MathF.Round(value / scale.Scale) + scale.ZeroPoint, 0, 255) - scale.ZeroPoint));
                error += difference * difference;
            }

            return error;
        });
    }

    /// <summary>The mean by which rounding moves each output of a convolution, which a bias takes back.</summary>
    private Dictionary<string, float[]> Corrections(GraphProto graph, Int8Plan plan)
    {
        var outputs = _graph.Node.Where(n => _convolutions.Contains(n.Name) && !plan.Float.Contains(n.Name)).Select(n => n.Output[0]).ToList();
        var found = new Dictionary<string, TensorStatistics>(StringComparer.Ordinal);
        Measure(graph, literally: true, outputs, found);
        return outputs.ToDictionary(output => output, output => Enumerable.Range(0, _statistics[output].Channels)
            .Select(c => (float)(_statistics[output].Mean(c) - (found[output].Mean(c) * (plan.Factors(output)?[c] ?? 1)))).ToArray(), StringComparer.Ordinal);
    }

    private void Measure(GraphProto graph, bool literally, IEnumerable<string> values, Dictionary<string, TensorStatistics> statistics)
    {
        string[] names = [.. values];
        using var runner = new SampleRunner(graph, _spec, names, literally);
        foreach (var sample in _samples)
        {
            runner.Values(sample, names, (name, numbers, shape) =>
            {
                if (!statistics.TryGetValue(name, out var own)) statistics.Add(name, own = new TensorStatistics((int)shape[1]));
                own.Add(numbers, shape);
            });
        }
    }
}
