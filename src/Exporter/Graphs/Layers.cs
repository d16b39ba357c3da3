using VqVae.Models;

namespace VqVae.Exporter.Graphs;

/// <summary>The networks' layers: nodes that take their weights from a checkpoint and are named after them.</summary>
internal sealed class Layers(GraphBuilder graph, Checkpoint checkpoint)
{
    private readonly Dictionary<string, IReadOnlyList<int>> _shapes = ModelTensors.For(checkpoint.Spec).ToDictionary(t => t.Name, t => t.Shape);

    /// <summary>Adds a tensor of the checkpoint as a constant of the same name.</summary>
    public GraphValue Parameter(string name) => graph.Constant(name, checkpoint.Values(name), [.. _shapes[name]]);

    /// <summary>A convolution with the checkpoint's <c>NAME.weight</c> and <c>NAME.bias</c>.</summary>
    public GraphValue Conv(string name, GraphValue x, int stride = 1) =>
        graph.Conv(name, x, Parameter(name + ".weight"), Parameter(name + ".bias"), stride);

    /// <summary>Whether a convolution gives zero whatever it is given, as a head that starts at zero does until it is trained.</summary>
    public bool IsZero(string name) => !checkpoint.Values(name + ".weight").ContainsAnyExcept(0f) && !checkpoint.Values(name + ".bias").ContainsAnyExcept(0f);

    /// <summary>A transposed convolution with the checkpoint's <c>NAME.weight</c> and <c>NAME.bias</c>.</summary>
    public GraphValue ConvTranspose(string name, GraphValue x, int stride) =>
        graph.ConvTranspose(name, x, Parameter(name + ".weight"), Parameter(name + ".bias"), stride);

    /// <summary>ReLU of a layer's output.</summary>
    public GraphValue Relu(GraphValue x) => graph.Relu(x.Name + ".relu", x);

    /// <summary>Feature maps plus the bias vector of the rate point, <c>PART.rates</c>; as they are where a model has one rate point.</summary>
    public GraphValue AddRate(string part, ModelSpec spec, GraphValue x, GraphValue rate) =>
        spec.RatePoints == 1 ? x : graph.Add(part + ".stem.rated", x, Bias(part + ".rates", rate, spec.Hidden));

    /// <summary>The bias vector for a number of stages, int64 <c>[1]</c>, from the table <c>NAME.weight</c>: <c>[1, channels, 1, 1]</c>.</summary>
    public GraphValue StageBias(string name, GraphValue stages, int channels)
    {
        if (!graph.Has("one")) graph.Constant<long>("one", [1], 1);
        return Bias(name, graph.Sub(name + ".row", stages, graph["one"]), channels);
    }

    private GraphValue Bias(string name, GraphValue row, int channels)
    {
        var shape = graph.Constant<long>(name + ".shape", [1, -1, 1, 1], 4);
        return graph.Reshape(name + ".bias", graph.Gather(name, Parameter(name + ".weight"), row), shape, 1, channels, 1, 1);
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
