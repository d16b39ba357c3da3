using System.Runtime.InteropServices;
using Google.Protobuf;
using VqVae.Exporter.Onnx;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Variants;

/// <summary>
/// A float graph as one of 8-bit integers, in ONNX's portable form: every convolution and addition stands between DequantizeLinear and QuantizeLinear, from
/// which ONNX Runtime and other programs make integer kernels. What only moves numbers moves bytes. A ReLU is the lower end of its tensor's bytes.
/// </summary>
internal sealed class Int8Graph
{
    /// <summary>ONNX Runtime's fast kernels give a multiple of so many channels; others take several times as long.</summary>
    private const int ChannelBlock = 16;

    /// <summary>
    /// x64 processors without VNNI add two products of a byte and a weight in 16 bits, which can saturate. With 7 bits of weight they cannot, for 0.01 dB.
    /// </summary>
    private const int LargestWeight = 63;

    private readonly GraphProto _source;
    private readonly GraphShapes _shapes;
    private readonly Int8Plan _plan;
    private readonly GraphProto _result;
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly Dictionary<string, int> _uses;

    /// <summary>Outputs of integer operators that are not bytes yet, by the float graph's name: the value to quantize.</summary>
    private readonly Dictionary<string, string> _pending = new(StringComparer.Ordinal);

    /// <summary>Those of them that are without their negative numbers.</summary>
    private readonly HashSet<string> _rectified = new(StringComparer.Ordinal);

    /// <summary>Tensors that there are bytes of: the bytes, and the tensor whose scale they have.</summary>
    private readonly Dictionary<string, (string Bytes, string Scale)> _bytes = new(StringComparer.Ordinal);

    /// <summary>Outputs of convolutions that were filled up, and how many of their channels count.</summary>
    private readonly Dictionary<string, int> _wide = new(StringComparer.Ordinal);

    /// <summary>Tensors whose scale is another's.</summary>
    private readonly Dictionary<string, string> _sameScale = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueInfoProto> _declared;
    private readonly List<string> _quantized = [];

    private Int8Graph(GraphProto source, GraphShapes shapes, Int8Plan plan)
    {
        (_source, _shapes, _plan) = (source, shapes, plan);
        _constants = source.Initializer.ToDictionary(t => t.Name, StringComparer.Ordinal);
        _uses = source.Node.SelectMany(n => n.Input).Concat(source.Output.Select(o => o.Name)).GroupBy(name => name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        _result = source.Clone();
        _result.Node.Clear();
        _declared = source.ValueInfo.ToDictionary(v => v.Name, StringComparer.Ordinal);
    }

    /// <summary>Builds the graph.</summary>
    public static GraphProto Build(GraphProto source, GraphShapes shapes, Int8Plan plan) => new Int8Graph(source, shapes, plan).Build();

    /// <summary>The tensors that the graph would quantize, and for each that has not a scale of its own whose it has.</summary>
    public static (IReadOnlyList<string> Tensors, Func<string, string> ScaleOf) Tensors(GraphProto source, GraphShapes shapes, IReadOnlySet<string> @float)
    {
        var graph = new Int8Graph(source, shapes, new Int8Plan { Float = @float, Factors = _ => null, Scale = _ => new ByteScale(1, 0), Corrections = new Dictionary<string, float[]>() });
        graph.Build();
        return (graph._quantized, graph.ScaleOf);
    }

    /// <summary>Whether a node is a convolution with weights that are known, which integers can compute.</summary>
    public static bool IsConvolution(NodeProto node, IReadOnlySet<string> constants) => node.OpType == "Conv" && constants.Contains(node.Input[1]);

    private GraphProto Build()
    {
        foreach (var node in _source.Node)
        {
            var x = node.Input.Count > 0 ? node.Input[0] : "";
            switch (node.OpType)
            {
                case "Conv" when _constants.ContainsKey(node.Input[1]) && !_plan.Float.Contains(node.Name):
                    Convolution(node);
                    break;
                case "Relu" when _pending.TryGetValue(x, out var pending) && _uses[x] == 1:
                    _pending.Add(node.Output[0], pending);
                    _rectified.Add(node.Output[0]);
                    break;
                case "Relu" when IsInteger(x):
                    Relu(node);
                    break;
                case "Add" when node.Input.All(IsInteger):
                    Copy(node, [Float(x, node.Name + ".a"), Float(node.Input[1], node.Name + ".b")]);
                    _pending.Add(node.Output[0], node.Output[0]);
                    break;
                case "Transpose" or "Reshape" when IsInteger(x):
                    Move(node, [Bytes(x)]);
                    break;
                case "Concat" when node.Input.Any(IsInteger):
                    Move(node, [.. node.Input.Select(Bytes)]);
                    break;
                case "Shape" when IsInteger(x):
                    Copy(node, [Bytes(x)]);
                    break;
                case "QuantizeLinear" when _pending.TryGetValue(x, out var pending) && _uses[x] == 1 && !_wide.ContainsKey(pending):
                    Copy(node, [pending, .. node.Input.Skip(1)]);
                    break;
                default:
                    Copy(node, [.. node.Input.Select(input => IsInteger(input) ? Float(input, $"{node.Name}.float.{input}") : input)]);
                    break;
            }
        }

        var used = _result.Node.SelectMany(n => n.Input).ToHashSet(StringComparer.Ordinal);
        TensorProto[] constants = [.. _result.Initializer.Where(t => used.Contains(t.Name))];
        _result.Initializer.Clear();
        _result.Initializer.AddRange(constants);
        var outputs = _result.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        _result.ValueInfo.Clear();
        _result.ValueInfo.AddRange(_result.Node.SelectMany(n => n.Output).Where(name => !outputs.Contains(name)).Select(name => _declared[name]));
        return _result;
    }

    private bool IsInteger(string value) => _pending.ContainsKey(value) || _bytes.ContainsKey(value);

    private void Convolution(NodeProto node)
    {
        var (name, x, y) = (node.Name, node.Input[0], node.Output[0]);
        var input = Float(x, name + ".x");
        var (scale, factorsIn, factorsOut) = (_plan.Scale(_bytes[x].Scale).Scale, _plan.Factors(x), _plan.Factors(y));
        var weight = _constants[node.Input[1]];
        var values = MemoryMarshal.Cast<byte, float>(weight.RawData.Span).ToArray();
        var (outputs, channels) = ((int)weight.Dims[0], (int)weight.Dims[1]);
        var (size, taps) = (values.Length / outputs, values.Length / outputs / channels);
        var bias = node.Input.Count > 2 && _constants.TryGetValue(node.Input[2], out var constant) ? MemoryMarshal.Cast<byte, float>(constant.RawData.Span).ToArray() : new float[outputs];
        var correction = _plan.Corrections.GetValueOrDefault(name);

        // What fills the last block is zero, and cut off again.
        var dynamic = node.Input.Count > 2 && !_constants.ContainsKey(node.Input[2]);
        var filled = dynamic ? outputs : (outputs + ChannelBlock - 1) / ChannelBlock * ChannelBlock;
        var integers = new sbyte[filled * size];
        var (weightScales, biasScales, addends, integerBias) = (new float[filled], new float[filled], new float[filled], new int[filled]);
        weightScales.AsSpan().Fill(1);
        biasScales.AsSpan().Fill(scale);
        for (var o = 0; o < outputs; o++)
        {
            var row = values.AsSpan(o * size, size);
            for (var i = 0; i < size; i++) row[i] *= (factorsIn?[i / taps] ?? 1) / (factorsOut?[o] ?? 1);
            addends[o] = (bias[o] + (correction?[o] ?? 0)) / (factorsOut?[o] ?? 1);

            // A bias that dwarfs its weights must still fit 32 bits.
            var largest = Math.Max(1e-12f, row.ToArray().Max(Math.Abs));
            weightScales[o] = Math.Max(largest / LargestWeight, Math.Abs(addends[o]) / scale / (1 << 30));
            biasScales[o] = scale * weightScales[o];
            for (var i = 0; i < size; i++) integers[(o * size) + i] = (sbyte)Math.Clamp(MathF.Round(row[i] / weightScales[o]), -LargestWeight, LargestWeight);
            integerBias[o] = (int)Math.Round((double)addends[o] / biasScales[o]);
        }

        long[] weightShape = [filled, .. weight.Dims.Skip(1)];
        Constant<sbyte>(name + ".weight.integers", DataType.Int8, integers, weightShape);
        Constant<float>(name + ".weight.scale", DataType.Float, weightScales, filled);
        Constant<sbyte>(name + ".weight.zero", DataType.Int8, new sbyte[filled], filled);
        Add(name + ".weight.float", "DequantizeLinear", [name + ".weight.integers", name + ".weight.scale", name + ".weight.zero"], DataType.Float, ShapeOf(weightShape), Attribute("axis", 0));

        Constant<float>(name + ".bias.scale", DataType.Float, biasScales, filled);
        Constant<int>(name + ".bias.zero", DataType.Int32, new int[filled], filled);
        if (dynamic) DynamicBias(name, node.Input[2], addends, biasScales, factorsOut);
        else Constant<int>(name + ".bias.integers", DataType.Int32, integerBias, filled);
        Add(name + ".bias.float", "DequantizeLinear", [name + ".bias.integers", name + ".bias.scale", name + ".bias.zero"], DataType.Float, ShapeOf([filled]), Attribute("axis", 0));

        var convolution = node.Clone();
        convolution.Input.Clear();
        convolution.Input.AddRange([input, name + ".weight.float", name + ".bias.float"]);
        _result.Node.Add(convolution);
        _pending.Add(y, y);
        if (filled == outputs) return;
        _wide.Add(y, outputs);
        var shape = _shapes[y].Clone();
        shape.Dim[1].DimValue = filled;
        Declare(y, DataType.Float, shape);
    }

    /// <summary>A bias that is known only when the graph runs, as integers.</summary>
    private void DynamicBias(string name, string bias, float[] added, float[] scales, float[]? factors)
    {
        var shape = ShapeOf([scales.Length]);
        Constant<float>(name + ".bias.unit", DataType.Float, [.. scales.Select((scale, o) => 1 / (scale * (factors?[o] ?? 1)))], scales.Length);
        Constant<float>(name + ".bias.correction", DataType.Float, [.. added.Select((value, o) => value / scales[o])], scales.Length);
        Add(name + ".bias.scaled", "Mul", [bias, name + ".bias.unit"], DataType.Float, shape);
        Add(name + ".bias.corrected", "Add", [name + ".bias.scaled", name + ".bias.correction"], DataType.Float, shape);
        Add(name + ".bias.whole", "Round", [name + ".bias.corrected"], DataType.Float, shape);
        Add(name + ".bias.integers", "Cast", [name + ".bias.whole"], DataType.Int32, shape, Attribute("to", (long)DataType.Int32));
    }

    /// <summary>ReLU of bytes whose negative numbers are needed as well.</summary>
    private void Relu(NodeProto node)
    {
        var (x, y) = (node.Input[0], node.Output[0]);
        _bytes.Add(y, (Clip(y, Bytes(x), _bytes[x].Scale), _bytes[x].Scale));
    }

    /// <summary>Cuts off the bytes of negative numbers, which lie below the zero point.</summary>
    private string Clip(string value, string bytes, string scale)
    {
        Add(value + ".clipped", "Clip", [bytes, scale + ".zero"], DataType.Uint8, _shapes[value]);
        return value + ".clipped";
    }

    /// <summary>What moves numbers moves bytes.</summary>
    private void Move(NodeProto node, IReadOnlyList<string> bytes)
    {
        var y = node.Output[0];
        var first = ScaleOf(_bytes[node.Input[0]].Scale);
        foreach (var other in node.Input.Take(bytes.Count).Skip(1).Select(input => ScaleOf(_bytes[input].Scale)))
            if (other != first) _sameScale[other] = first;
        var moved = node.Clone();
        for (var i = 0; i < bytes.Count; i++) moved.Input[i] = bytes[i];
        moved.Output[0] = y + ".bytes";
        _result.Node.Add(moved);
        Declare(y + ".bytes", DataType.Uint8, _shapes[y]);
        _bytes.Add(y, (y + ".bytes", _bytes[node.Input[0]].Scale));
    }

    /// <summary>A tensor's bytes.</summary>
    private string Bytes(string value)
    {
        if (_bytes.TryGetValue(value, out var found)) return found.Bytes;
        _quantized.Add(value);
        var input = _pending.GetValueOrDefault(value);
        var scale = _plan.Scale(value);
        Constant<float>(value + ".scale", DataType.Float, [scale.Scale]);
        Constant<byte>(value + ".zero", DataType.Uint8, [scale.ZeroPoint]);
        if (input is null && _plan.Factors(value) is { } factors)
        {
            // The factors of what integers did not compute come in here. (A QuantizeLinear with a scale a channel is many times slower.)
            input = value + ".even";
            Constant<float>(value + ".factors", DataType.Float, [.. factors.Select(f => 1 / f)], 1, factors.Length, 1, 1);
            Add(input, "Mul", [value, value + ".factors"], DataType.Float, _shapes[value]);
        }

        input ??= value;
        var bytes = value + ".bytes";
        string[] quantizer = [input, value + ".scale", value + ".zero"];
        if (_wide.TryGetValue(input, out var channels))
        {
            Add(value + ".wide", "QuantizeLinear", quantizer, DataType.Uint8, _declared[input].Type.TensorType.Shape);
            Constant<long>(value + ".wide.start", DataType.Int64, [0], 1);
            Constant<long>(value + ".wide.end", DataType.Int64, [channels], 1);
            Constant<long>(value + ".wide.axis", DataType.Int64, [1], 1);
            Add(bytes, "Slice", [value + ".wide", value + ".wide.start", value + ".wide.end", value + ".wide.axis"], DataType.Uint8, _shapes[value]);
        }
        else
        {
            Add(bytes, "QuantizeLinear", quantizer, DataType.Uint8, _shapes[value]);
        }

        // Where a tensor shares the scale of one with negative numbers, the lower end of its bytes is no ReLU.
        if (_rectified.Contains(value) && scale.ZeroPoint > 0) bytes = Clip(value, bytes, value);
        _bytes.Add(value, (bytes, value));
        return bytes;
    }

    /// <summary>A tensor as floats again, for one reader: ONNX Runtime fuses a DequantizeLinear that nobody else reads.</summary>
    private string Float(string value, string name)
    {
        var bytes = Bytes(value);
        var (scale, zero) = (_bytes[value].Scale + ".scale", _bytes[value].Scale + ".zero");
        Add(name, "DequantizeLinear", [bytes, scale, zero], DataType.Float, _shapes[value]);
        return name;
    }

    private string ScaleOf(string value)
    {
        while (_sameScale.TryGetValue(value, out var other)) value = other;
        return value;
    }

    private void Copy(NodeProto node, IEnumerable<string> inputs)
    {
        var copy = node.Clone();
        copy.Input.Clear();
        copy.Input.AddRange(inputs);
        _result.Node.Add(copy);
    }

    /// <summary>Adds a node with one output of the node's name.</summary>
    private void Add(string name, string op, IEnumerable<string> inputs, DataType type, TensorShapeProto shape, params AttributeProto[] attributes)
    {
        var node = new NodeProto { Name = name, OpType = op };
        node.Input.AddRange(inputs);
        node.Output.Add(name);
        node.Attribute.AddRange(attributes);
        _result.Node.Add(node);
        Declare(name, type, shape);
    }

    private void Declare(string value, DataType type, TensorShapeProto shape) =>
        _declared[value] = new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape.Clone() } } };

    private void Constant<T>(string name, DataType type, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        foreach (var size in shape) tensor.Dims.Add(size);
        _result.Initializer.Add(tensor);
    }

    private static TensorShapeProto ShapeOf(IEnumerable<long> sizes)
    {
        var shape = new TensorShapeProto();
        foreach (var size in sizes) shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        return shape;
    }

    private static AttributeProto Attribute(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };
}
