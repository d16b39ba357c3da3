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

    /// <summary>A transposed convolution with the checkpoint's <c>NAME.weight</c> and <c>NAME.bias</c>.</summary>
    public GraphValue ConvTranspose(string name, GraphValue x, int stride) =>
        graph.ConvTranspose(name, x, Parameter(name + ".weight"), Parameter(name + ".bias"), stride);

    /// <summary>ReLU of a layer's output.</summary>
    public GraphValue Relu(GraphValue x) => graph.Relu(x.Name + ".relu", x);

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
