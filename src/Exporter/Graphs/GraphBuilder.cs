using System.Runtime.InteropServices;
using Google.Protobuf;
using VqVae.Exporter.Onnx;
using VqVae.Models;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Graphs;

/// <summary>
/// Builds an ONNX graph node by node. A node and its first output share a name, every value's type and shape is recorded, and the same
/// calls give the same bytes. The operators are in <c>GraphOperators.cs</c>.
/// </summary>
internal sealed partial class GraphBuilder
{
    private readonly GraphProto _graph;
    private readonly Dictionary<string, GraphValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<Dim, string> _axisNames = [];

    public GraphBuilder(string name, string documentation) => _graph = new GraphProto { Name = name, DocString = documentation };

    /// <summary>The graph as it stands.</summary>
    public GraphProto Graph => _graph;

    /// <summary>A value of the graph.</summary>
    public GraphValue this[string name] => _values[name];

    /// <summary>Whether the graph has a value of that name.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>Gives an axis its own name, such as <c>h</c> for the image height over the stride.</summary>
    public void NameAxis(Dim dim, string name) => _axisNames.Add(dim, name);

    /// <summary>Names the index grids' axes <c>h</c> and <c>w</c> where there is one grid; those of several are named after the image's: <c>H_8</c>.</summary>
    public void NamePlaneAxes(ModelSpec spec, Dim height, Dim width)
    {
        if (spec.Planes.Count > 1) return;
        NameAxis(height / spec.Stride, "h");
        NameAxis(width / spec.Stride, "w");
    }

    /// <summary>What is said of the input <c>rate</c>.</summary>
    public static string RateDocumentation(ModelSpec spec) =>
        spec.RatePoints == 1 ? "The rate point: 0, the only one of this model." : $"The rate point, 0 to {spec.RatePoints - 1}: which set of codebooks.";

    /// <summary>Adds a graph input.</summary>
    public GraphValue Input(string name, DataType type, string documentation, params Dim[] shape)
    {
        var value = NewValue(name, type, shape);
        _graph.Input.Add(Describe(value, documentation));
        return value;
    }

    /// <summary>Makes a value a graph output.</summary>
    public void Output(GraphValue value, string documentation)
    {
        // A graph output carries its own type and shape: it is not listed among the values in between.
        _graph.ValueInfo.RemoveAt(_graph.ValueInfo.ToList().FindIndex(v => v.Name == value.Name));
        _graph.Output.Add(Describe(value, documentation));
    }

    /// <summary>Adds a constant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its elements, row-major.</param>
    /// <param name="shape">Its dimensions, outermost first; none for a scalar.</param>
    public GraphValue Constant<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TypeOf<T>(), RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        var dims = new Dim[shape.Length];
        long count = 1;
        for (var i = 0; i < shape.Length; i++)
        {
            tensor.Dims.Add(shape[i]);
            dims[i] = shape[i];
            count *= shape[i];
        }

        if (count != values.Length) throw new ArgumentException($"constant '{name}': the shape has {count} elements, got {values.Length}");
        _graph.Initializer.Add(tensor);
        return NewValue(name, TypeOf<T>(), dims);
    }

    /// <summary>Adds a node with one output of the node's name.</summary>
    private GraphValue Node(string name, string op, DataType type, IReadOnlyList<Dim> shape, IEnumerable<GraphValue> inputs, params AttributeProto[] attributes)
    {
        var node = NewNode(name, op, inputs, attributes);
        return AddOutput(node, name, type, shape);
    }

    private NodeProto NewNode(string name, string op, IEnumerable<GraphValue> inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { Name = name, OpType = op };
        node.Input.AddRange(inputs.Select(i => i.Name));
        node.Attribute.AddRange(attributes);
        _graph.Node.Add(node);
        return node;
    }

    private GraphValue AddOutput(NodeProto node, string name, DataType type, IReadOnlyList<Dim> shape)
    {
        var value = NewValue(name, type, shape);
        node.Output.Add(name);
        _graph.ValueInfo.Add(Describe(value, documentation: null));
        return value;
    }

    private GraphValue NewValue(string name, DataType type, IReadOnlyList<Dim> shape)
    {
        var value = new GraphValue(name, type, shape);
        return _values.TryAdd(name, value) ? value : throw new ArgumentException($"the graph already has a value '{name}'");
    }

    private ValueInfoProto Describe(GraphValue value, string? documentation)
    {
        var shape = new TensorShapeProto();
        foreach (var dim in value.Shape)
        {
            shape.Dim.Add(dim.Axis is null
                ? new TensorShapeProto.Types.Dimension { DimValue = dim.Size }
                : new TensorShapeProto.Types.Dimension { DimParam = _axisNames.GetValueOrDefault(dim, dim.ToString()) });
        }

        var info = new ValueInfoProto
        {
            Name = value.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)value.Type, Shape = shape } },
        };
        if (documentation is not null) info.DocString = documentation;
        return info;
    }

    private static DataType TypeOf<T>() =>
        typeof(T) == typeof(float) ? DataType.Float
        : typeof(T) == typeof(byte) ? DataType.Uint8
        : typeof(T) == typeof(int) ? DataType.Int32
        : typeof(T) == typeof(long) ? DataType.Int64
        : throw new ArgumentException($"no ONNX element type for {typeof(T)}");

    private static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    private static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, F = value, Type = AttributeProto.Types.AttributeType.Float };

    private static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeProto.Types.AttributeType.String };

    private static AttributeProto IntegerList(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }
}
