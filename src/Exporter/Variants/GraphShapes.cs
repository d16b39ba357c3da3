using System.Globalization;
using VqVae.Exporter.Onnx;
using VqVae.Models;

namespace VqVae.Exporter.Variants;

/// <summary>The shapes that a graph declares for its values.</summary>
internal sealed class GraphShapes
{
    private readonly Dictionary<string, TensorShapeProto> _shapes;
    private readonly ModelSpec _spec;

    public GraphShapes(GraphProto graph, ModelSpec spec)
    {
        _shapes = graph.ValueInfo.Concat(graph.Input).Concat(graph.Output).ToDictionary(v => v.Name, v => v.Type.TensorType.Shape, StringComparer.Ordinal);
        _spec = spec;
    }

    /// <summary>A value's declared shape.</summary>
    public TensorShapeProto this[string value] => _shapes[value];

    /// <summary>A value's shape for one image whose sides are the largest stride.</summary>
    public int[] Smallest(string value) => [.. _shapes[value].Dim.Select(Smallest)];

    private int Smallest(TensorShapeProto.Types.Dimension dim) => dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue
        ? (int)dim.DimValue
        : dim.DimParam switch
        {
            "N" => 1,
            "h" or "w" => _spec.LargestStride / _spec.Stride,
            ['H' or 'W'] => _spec.LargestStride,
            ['H' or 'W', '_', .. var divisor] => _spec.LargestStride / int.Parse(divisor, CultureInfo.InvariantCulture),
            var name => throw new InvalidOperationException($"the axis {name} has no size that is known"),
        };
}
