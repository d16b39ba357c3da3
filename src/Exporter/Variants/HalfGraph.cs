using System.Runtime.InteropServices;
using Google.Protobuf;
using VqVae.Exporter.Onnx;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Variants;

/// <summary>
/// A float graph with float16 weights and activations. Bytes, indices and the search with its distances stay as they are: what the search compares are small
/// differences of large numbers.
/// </summary>
internal sealed class HalfGraph
{
    /// <summary>What the names of the search's nodes begin with.</summary>
    private static readonly string[] Search = ["quantizer", "latent", "indices"];

    private readonly GraphProto _result;
    private readonly Dictionary<string, ValueInfoProto> _values;
    private readonly HashSet<string> _halves = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _casts = new(StringComparer.Ordinal);
    private readonly bool _encoder;

    private HalfGraph(GraphProto source)
    {
        _result = source.Clone();
        _values = _result.ValueInfo.ToDictionary(v => v.Name, StringComparer.Ordinal);
        _encoder = source.Node.Any(n => n.OpType == "ArgMin");
    }

    /// <summary>Builds the graph.</summary>
    public static GraphProto Build(GraphProto source) => new HalfGraph(source).Build();

    private GraphProto Build()
    {
        NodeProto[] nodes = [.. _result.Node];
        var floats = _result.Initializer.Where(t => t.DataType == (int)DataType.Float).ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var name in nodes.Where(IsHalf).SelectMany(n => n.Input).Where(floats.ContainsKey).Distinct()) Narrow(floats[name]);
        _result.Node.Clear();
        foreach (var node in nodes)
        {
            var half = IsHalf(node);
            for (var i = 0; i < node.Input.Count; i++)
            {
                var input = node.Input[i];
                var isHalf = _halves.Contains(input);
                if (half && !isHalf && IsFloat(input)) node.Input[i] = Cast(input, DataType.Float16);
                else if (!half && isHalf) node.Input[i] = Cast(input, DataType.Float);
            }

            _result.Node.Add(node);
            if (!half) continue;
            if (node.OpType == "Cast" && node.Attribute[0].I == (long)DataType.Float) node.Attribute[0].I = (long)DataType.Float16;
            foreach (var output in node.Output.Where(IsFloat))
            {
                _halves.Add(output);
                _values[output].Type.TensorType.ElemType = (int)DataType.Float16;
            }
        }

        return _result;
    }

    /// <summary>The quantizer to bytes takes float32 in this operator set.</summary>
    private bool IsHalf(NodeProto node) => node.OpType != "QuantizeLinear" && !(_encoder && Search.Any(prefix => node.Name.StartsWith(prefix, StringComparison.Ordinal)));

    private bool IsFloat(string value) => _values.TryGetValue(value, out var info) && info.Type.TensorType.ElemType == (int)DataType.Float;

    private void Narrow(TensorProto tensor)
    {
        Half[] values = [.. MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray().Select(value => (Half)value)];
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
        tensor.DataType = (int)DataType.Float16;
        _halves.Add(tensor.Name);
    }

    private string Cast(string value, DataType type)
    {
        if (_casts.TryGetValue(value, out var found)) return found;
        var name = value + (type == DataType.Float ? ".float" : ".half");
        var node = new NodeProto { Name = name, OpType = "Cast" };
        node.Input.Add(value);
        node.Output.Add(name);
        node.Attribute.Add(new AttributeProto { Name = "to", I = (long)type, Type = AttributeProto.Types.AttributeType.Int });
        _result.Node.Add(node);
        var info = _values[value].Clone();
        info.Name = name;
        info.Type.TensorType.ElemType = (int)type;
        _result.ValueInfo.Add(info);
        _values.Add(name, info);
        _casts.Add(value, name);
        return name;
    }
}
