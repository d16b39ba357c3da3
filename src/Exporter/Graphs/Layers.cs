using VqVae.Models;

namespace VqVae.Exporter.Graphs;

/// <summary>The networks' layers: nodes that take their weights from a checkpoint and are named after them.</summary>
internal sealed class Layers(GraphBuilder graph, Checkpoint checkpoint)
{
    private readonly Dictionary<string, IReadOnlyList<int>> _shapes = ModelTensors.For(checkpoint.Spec).ToDictionary(t => t.Name, t => t.Shape);

    /// <summary>Adds a tensor of the checkpoint as a constant of the same name.</summary>
    public GraphValue Parameter(string name) => graph.Constant(name, checkpoint.Values(name), [.. _shapes[name]]);

    /// <summary>A convolution with the checkpoint's <c>NAME.weight</c> and <c>NAME.bias</c>.</summary>
    /// <param name="name">The layer.</param>
    /// <param name="x">Its input.</param>
    /// <param name="stride">Its stride.</param>
    /// <param name="added">A vector that is added to the bias when the graph runs, or <c>null</c>.</param>
    public GraphValue Conv(string name, GraphValue x, int stride = 1, GraphValue? added = null) =>
        graph.Conv(name, x, Parameter(name + ".weight"), Biased(name, Parameter(name + ".bias"), added), stride);

    /// <summary>A convolution with channels in another order than the checkpoint's.</summary>
    /// <param name="name">The layer.</param>
    /// <param name="x">Its input.</param>
    /// <param name="outputs">For each output channel which of the checkpoint's it is.</param>
    /// <param name="inputs">The same for the input's channels; by default as they are.</param>
    /// <param name="shift">What is added to every bias.</param>
    /// <param name="added">A vector that is added to the bias when the graph runs, in the new order, or <c>null</c>.</param>
    public GraphValue Conv(string name, GraphValue x, IReadOnlyList<int> outputs, IReadOnlyList<int>? inputs = null, float shift = 0, GraphValue? added = null)
    {
        var shape = _shapes[name + ".weight"];
        var (input, taps) = (shape[1], shape[2] * shape[3]);
        var weight = checkpoint.Values(name + ".weight");
        var bias = checkpoint.Values(name + ".bias");
        var ordered = new float[weight.Length];
        var biases = new float[bias.Length];
        for (var o = 0; o < biases.Length; o++)
        {
            biases[o] = bias[outputs[o]] + shift;
            for (var i = 0; i < input; i++)
                weight.Slice(((outputs[o] * input) + (inputs?[i] ?? i)) * taps, taps).CopyTo(ordered.AsSpan(((o * input) + i) * taps));
        }

        var constant = graph.Constant<float>(name + ".bias", biases, biases.Length);
        return graph.Conv(name, x, graph.Constant<float>(name + ".weight", ordered, [.. shape]), Biased(name, constant, added));
    }

    private GraphValue Biased(string name, GraphValue bias, GraphValue? added) => added is null ? bias : graph.Add(name + ".biased", bias, added);

    /// <summary>The number that the last layer's bias gets, so that rounding x / <see cref="PixelStep"/> to whole numbers around 128 gives the byte 127.5 · (x + 1).</summary>
    public const float PixelShift = -0.5f * PixelStep;

    private const float PixelStep = 1 / ModelSpec.PixelScale;

    /// <summary>What the node that gives the image is called: grey ones are made RGB after it.</summary>
    public static string ImageName(Dim channels) => channels == 1 ? "image.grey" : GraphNames.Image;

    /// <summary>Pixels in [−1, 1], <see cref="PixelShift"/> included, to bytes: rounds half to even and saturates in one pass.</summary>
    public GraphValue Bytes(GraphValue x) =>
        graph.QuantizeLinear("pixels.bytes", x, graph.Constant<float>("pixels.step", [PixelStep]), graph.Constant<byte>("pixels.zero", [128]));

    /// <summary>Whether a convolution gives zero whatever it is given, as a head that starts at zero does until it is trained.</summary>
    public bool IsZero(string name) => !checkpoint.Values(name + ".weight").ContainsAnyExcept(0f) && !checkpoint.Values(name + ".bias").ContainsAnyExcept(0f);

    /// <summary>A transposed convolution with the checkpoint's <c>NAME.weight</c> and <c>NAME.bias</c>, to which <paramref name="shift"/> is added.</summary>
    public GraphValue ConvTranspose(string name, GraphValue x, int stride, float shift = 0)
    {
        var bias = checkpoint.Values(name + ".bias").ToArray();
        for (var i = 0; i < bias.Length; i++) bias[i] += shift;
        return graph.ConvTranspose(name, x, Parameter(name + ".weight"), graph.Constant<float>(name + ".bias", bias, bias.Length), stride);
    }

    /// <summary>ReLU of a layer's output.</summary>
    public GraphValue Relu(GraphValue x) => graph.Relu(x.Name + ".relu", x);

    /// <summary>A row of the table <c>NAME.weight</c>: <c>[channels]</c>.</summary>
    /// <param name="name">The table.</param>
    /// <param name="row">Which row, an integer <c>[1]</c>.</param>
    public GraphValue Row(string name, GraphValue row)
    {
        var table = Parameter(name + ".weight");
        return graph.Squeeze(name, graph.Gather(name + ".row", table, row), 0);
    }

    /// <summary>The row of <c>NAME.weight</c> for a number of stages, int64 <c>[1]</c>.</summary>
    public GraphValue StageRow(string name, GraphValue stages)
    {
        if (!graph.Has("one")) graph.Constant<long>("one", [1], 1);
        return Row(name, graph.Sub(name + ".index", stages, graph["one"]));
    }

    /// <summary>Vectors plus the rate point's row of <c>PART.rates.weight</c>; as they are where a model has one rate point.</summary>
    public GraphValue? WithRate(string part, ModelSpec spec, GraphValue? vector, GraphValue rate)
    {
        if (spec.RatePoints == 1) return vector;
        var row = Row(part + ".rates", rate);
        return vector is null ? row : graph.Add(part + ".conditions", vector, row);
    }

    /// <summary>Residual blocks: <c>x + conv2(ReLU(conv1(a)))</c>, where <c>a</c> is x, or ReLU(x) with <paramref name="preActivation"/>.</summary>
    public GraphValue Blocks(string prefix, GraphValue x, int count, bool preActivation)
    {
        for (var i = 0; i < count; i++)
        {
            var name = $"{prefix}.{i}";
            var inner = preActivation ? graph.Relu(name + ".relu", x) : x;
            x = graph.Add(name + ".add", x, Conv(name + ".conv2", Relu(Conv(name + ".conv1", inner))));
        }

        return x;
    }
}
