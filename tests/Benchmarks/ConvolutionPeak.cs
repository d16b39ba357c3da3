using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using VqVae.Exporter;
using VqVae.Exporter.Onnx;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Benchmarks;

/// <summary>The rate that ONNX Runtime's convolutions reach at their best on one thread: many channels, and all that a layer touches in the caches.</summary>
internal sealed class ConvolutionPeak : IDisposable
{
    /// <summary>Layers one after the other, so that the middle ones have their neighbours' memory layout.</summary>
    private const int Layers = 4;
    private const int Side = 24;

    private static readonly int[] Channels = [96, 128, 192, 256];

    private readonly List<GraphProfile> _profiles = [];
    private readonly List<OrtValue> _inputs = [];
    private readonly RunOptions _options = new();
    private readonly int _kernel;
    private readonly bool _int8;

    /// <param name="kernel">The kernels' side.</param>
    /// <param name="int8">Whether activations are uint8 and weights int8.</param>
    /// <param name="folder">Where profiles go.</param>
    public ConvolutionPeak(int kernel, bool int8, string folder)
    {
        (_kernel, _int8) = (kernel, int8);
        foreach (var channels in Channels)
        {
            _profiles.Add(new GraphProfile(string.Create(CultureInfo.InvariantCulture, $"peak-{kernel}-{channels}-{(int8 ? 8 : 32)}"), Build(channels), folder));
            var values = new float[channels * Side * Side];
            var random = new Random(1);
            for (var i = 0; i < values.Length; i++) values[i] = (float)((2 * random.NextDouble()) - 1);
            _inputs.Add(OrtValue.CreateTensorValueFromMemory(values, [1, channels, Side, Side]));
        }
    }

    public string Name => Kernels.ConvolutionName(_kernel, _int8);

    /// <summary>Runs all of them once.</summary>
    public void Run()
    {
        for (var i = 0; i < _profiles.Count; i++)
        {
            using var results = _profiles[i].Session.Run(_options, ["x"], [_inputs[i]], ["y"]);
        }
    }

    /// <summary>Ends the measurement: multiplications with additions a second, of the fastest.</summary>
    /// <inheritdoc cref="GraphProfile.Finish" path="/param"/>
    public double Finish(int warmUp)
    {
        var fastest = 0.0;
        for (var i = 0; i < _profiles.Count; i++)
        {
            var products = (double)Channels[i] * Channels[i] * _kernel * _kernel * Side * Side;
            var op = _int8 ? "QLinearConv" : "Conv";
            var nodes = _profiles[i].Finish(warmUp).Where(n => n.Op == op).ToList();
            if (nodes.Count != Layers) throw new InvalidOperationException($"expected {Layers} nodes {op}, got {nodes.Count}: ONNX Runtime runs something else");
            fastest = Math.Max(fastest, products / nodes.Min(n => n.Seconds));
        }

        return fastest;
    }

    public void Dispose()
    {
        foreach (var profile in _profiles) profile.Dispose();
        foreach (var input in _inputs) input.Dispose();
        _options.Dispose();
    }

    private byte[] Build(int channels)
    {
        var graph = new GraphProto { Name = "peak" };
        graph.Input.Add(Activations("x", channels));
        graph.Output.Add(Activations("y", channels));
        var random = new Random(2);
        var count = channels * channels * _kernel * _kernel;
        long[] shape = [channels, channels, _kernel, _kernel];

        // Activations keep their size from layer to layer: no zeros, no numbers too small.
        var scale = 1.7f / MathF.Sqrt((float)count / channels);
        if (_int8)
        {
            AddTensor<float>("scale", DataType.Float, [1f / 32]);
            AddTensor<byte>("zero", DataType.Uint8, [128]);
            AddTensor<float>("weight.scale", DataType.Float, [.. Enumerable.Repeat(scale / sbyte.MaxValue, channels)], channels);
            AddTensor<sbyte>("weight.zero", DataType.Int8, new sbyte[channels], channels);
            AddNode("QuantizeLinear", "x.quantized", "x", "scale", "zero");
        }

        var last = "x";
        for (var layer = 0; layer < Layers; layer++)
        {
            var (name, weight) = ($"layer{layer}", $"weight{layer}");
            if (_int8)
            {
                var values = new sbyte[count];
                for (var i = 0; i < count; i++) values[i] = (sbyte)random.Next(-127, 128);
                AddTensor<sbyte>(weight, DataType.Int8, values, shape);
                AddNode("DequantizeLinear", weight + ".float", weight, "weight.scale", "weight.zero").Attribute.Add(Attribute("axis", 0));
                AddNode("DequantizeLinear", last + ".float", last + ".quantized", "scale", "zero");
                AddConvolution(name, last + ".float", weight + ".float");
                AddNode("QuantizeLinear", name + ".quantized", name, "scale", "zero");
            }
            else
            {
                var values = new float[count];
                for (var i = 0; i < count; i++) values[i] = scale * (float)((2 * random.NextDouble()) - 1);
                AddTensor<float>(weight, DataType.Float, values, shape);
                AddConvolution(name, last, weight);
            }

            last = name;
        }

        if (_int8) AddNode("DequantizeLinear", "y", last + ".quantized", "scale", "zero");
        else graph.Node[^1].Output[0] = "y";
        var model = new ModelProto { IrVersion = OnnxModel.IrVersion, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OnnxModel.Opset });
        return model.ToByteArray();

        void AddTensor<T>(string name, DataType type, ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
            where T : unmanaged
        {
            var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
            foreach (var dim in dims) tensor.Dims.Add(dim);
            graph.Initializer.Add(tensor);
        }

        NodeProto AddNode(string op, string name, params ReadOnlySpan<string> inputs)
        {
            var node = new NodeProto { Name = name, OpType = op };
            foreach (var input in inputs) node.Input.Add(input);
            node.Output.Add(name);
            graph.Node.Add(node);
            return node;
        }

        void AddConvolution(string name, string x, string weight)
        {
            var padding = _kernel / 2;
            AddNode("Conv", name, x, weight).Attribute.Add([Attribute("kernel_shape", _kernel, _kernel), Attribute("pads", padding, padding, padding, padding)]);
        }
    }

    private static ValueInfoProto Activations(string name, int channels)
    {
        var shape = new TensorShapeProto();
        foreach (var size in (ReadOnlySpan<long>)[1, channels, Side, Side]) shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = shape } } };
    }

    private static AttributeProto Attribute(string name, params ReadOnlySpan<long> values)
    {
        if (values.Length == 1) return new AttributeProto { Name = name, I = values[0], Type = AttributeProto.Types.AttributeType.Int };
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values) attribute.Ints.Add(value);
        return attribute;
    }
}
