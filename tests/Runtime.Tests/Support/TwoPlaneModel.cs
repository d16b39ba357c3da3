using System.Runtime.InteropServices;
using Google.Protobuf;
using VqVae.Exporter;
using VqVae.Exporter.Onnx;
using VqVae.Models;
using Attribute = VqVae.Exporter.Onnx.AttributeProto;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Runtime.Tests;

/// <summary>
/// A model of two planes that no trainer makes yet, as two graphs of a few nodes. Plane <c>top</c>, stride 16: red and green of the top left pixel of each
/// cell, plus the rate point. Plane <c>bottom</c>, stride 8: red, green and blue of the top left pixel of each cell, less the red of its cell of 16.
/// All modulo 256. The decoder turns that round, so that every cell of 8 comes back in one colour; it takes a missing blue or green from red.
/// </summary>
internal static class TwoPlaneModel
{
    public const int RatePoints = 4;

    private const string Id = "feedfacecafebeef";

    public static LatentPlane[] Planes { get; } = [new("top", 16, 2, 256), new("bottom", 8, 3, 256)];

    /// <summary>The manifest; its spec is that of another model, since none has two planes yet.</summary>
    public static ModelManifest Manifest { get; } = VqBytes.Manifest with { Id = Id, Planes = Planes, RatePoints = RatePoints };

    /// <summary>A codec, by default with the run-length coder as its dense mode and no other.</summary>
    public static VqCodec Load(VqLimits? limits = null, CoderSet? coders = null, int threads = 1)
    {
        var options = new VqCodecOptions { Device = VqDevice.Cpu, Threads = threads, Limits = limits ?? new VqLimits() };
        var runs = new RunLengthCoder(Planes);
        return new VqCodec(
            ModelGraphs.Create(Manifest, Encoder(), Decoder(), options), options, coders ?? new CoderSet(Manifest, (mode, _) => mode == VqEntropyMode.Dense ? runs : null));
    }

    /// <summary>The image that comes back.</summary>
    public static byte[] Expected(byte[] rgb, int width, int stages)
    {
        var expected = new byte[rgb.Length];
        for (var i = 0; i < expected.Length; i++)
        {
            var (x, y, c) = (i / 3 % width, i / 3 / width, i % 3);
            expected[i] = rgb[(((y / 8 * 8 * width) + (x / 8 * 8)) * 3) + (c < stages ? c : c % stages)];
        }

        return expected;
    }

    private static byte[] Encoder()
    {
        var graph = new GraphProto { Name = "encoder" };
        Inputs(graph, (GraphNames.Image, DataType.Uint8, 4), (GraphNames.Rate, DataType.Int32, 1), (GraphNames.Lambda, DataType.Float, 1));
        Constants(graph);
        foreach (var (name, step) in new[] { ("coarse", "16_16"), ("fine", "8_8") })
        {
            Node(graph, "Slice", [GraphNames.Image, "0_0", "far_far", "1_2", step], name + ".pixels");
            Node(graph, "Transpose", [name + ".pixels"], name + ".nchw", Integers("perm", 0, 3, 1, 2));
            Node(graph, "Cast", [name + ".nchw"], name, Integer("to", (int)DataType.Int32));
        }

        Node(graph, "Slice", ["coarse", "0", "2", "1"], "coarse.two");
        Node(graph, "Add", ["coarse.two", GraphNames.Rate], "top.sum");
        Node(graph, "Mod", ["top.sum", "modulus"], "indices_top");
        Up(graph, "coarse", "coarse.red", "up2");
        Node(graph, "Sub", ["fine", "coarse.red.up"], "bottom.difference");
        Node(graph, "Add", ["bottom.difference", "modulus"], "bottom.sum");
        Node(graph, "Mod", ["bottom.sum", "modulus"], "indices_bottom");
        Outputs(graph, ("indices_top", DataType.Int32), ("indices_bottom", DataType.Int32));
        return Wrap(graph, GraphNames.EncoderFormat);
    }

    private static byte[] Decoder()
    {
        var graph = new GraphProto { Name = "decoder" };
        Inputs(graph, ("indices_top", DataType.Int32, 4), ("indices_bottom", DataType.Int32, 4), (GraphNames.Rate, DataType.Int32, 1));
        Constants(graph);
        Up(graph, "indices_top", "top", "up2");
        Node(graph, "Concat", ["indices_bottom", "indices_bottom", "indices_bottom"], "bottom.all", Integer("axis", 1));
        Node(graph, "Slice", ["bottom.all", "0", "3", "1"], "bottom.three");
        Node(graph, "Add", ["bottom.three", "top.up"], "sum");
        Node(graph, "Sub", ["sum", GraphNames.Rate], "difference");
        Node(graph, "Add", ["difference", "modulus"], "positive");
        Node(graph, "Mod", ["positive", "modulus"], "colours");
        Resize(graph, "colours", "large", "up8");
        Node(graph, "Cast", ["large"], "bytes", Integer("to", (int)DataType.Uint8));
        Node(graph, "Transpose", ["bytes"], GraphNames.Image, Integers("perm", 0, 2, 3, 1));
        Outputs(graph, (GraphNames.Image, DataType.Uint8));
        return Wrap(graph, GraphNames.DecoderFormat);
    }

    /// <summary>The first channel, in twice the size as <c>NAME.up</c>.</summary>
    private static void Up(GraphProto graph, string from, string name, string scales)
    {
        Node(graph, "Slice", [from, "0", "1", "1"], name);
        Resize(graph, name, name + ".up", scales);
    }

    private static void Resize(GraphProto graph, string from, string to, string scales) => Node(
        graph, "Resize", [from, "", scales], to, Text("mode", "nearest"), Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor"));

    private static void Constants(GraphProto graph)
    {
        long[][] lists = [[0], [1], [2], [3], [0, 0], [1, 2], [8, 8], [16, 16]];
        foreach (var list in lists) Constant<long>(graph, string.Join('_', list), DataType.Int64, list, list.Length);
        Constant<long>(graph, "far_far", DataType.Int64, [int.MaxValue, int.MaxValue], 2);
        Constant<int>(graph, "modulus", DataType.Int32, [256], 1);
        Constant<float>(graph, "up2", DataType.Float, [1, 1, 2, 2], 4);
        Constant<float>(graph, "up8", DataType.Float, [1, 1, 8, 8], 4);
    }

    private static void Constant<T>(GraphProto graph, string name, DataType type, T[] values, int length)
        where T : unmanaged
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values)) };
        tensor.Dims.Add(length);
        graph.Initializer.Add(tensor);
    }

    private static void Node(GraphProto graph, string op, string[] inputs, string output, params Attribute[] attributes)
    {
        var node = new NodeProto { Name = output, OpType = op };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        graph.Node.Add(node);
    }

    private static void Inputs(GraphProto graph, params (string Name, DataType Type, int Rank)[] inputs) =>
        graph.Input.AddRange(inputs.Select(i => Value(i.Name, i.Type, i.Rank)));

    private static void Outputs(GraphProto graph, params (string Name, DataType Type)[] outputs) => graph.Output.AddRange(outputs.Select(o => Value(o.Name, o.Type, 4)));

    private static ValueInfoProto Value(string name, DataType type, int rank)
    {
        var shape = new TensorShapeProto();
        for (var d = 0; d < rank; d++) shape.Dim.Add(rank == 1 ? new TensorShapeProto.Types.Dimension { DimValue = 1 } : new TensorShapeProto.Types.Dimension { DimParam = $"{name}_{d}" });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }

    private static Attribute Integer(string name, long value) => new() { Name = name, I = value, Type = Attribute.Types.AttributeType.Int };

    private static Attribute Text(string name, string value) => new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = Attribute.Types.AttributeType.String };

    private static Attribute Integers(string name, params long[] values)
    {
        var attribute = new Attribute { Name = name, Type = Attribute.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    private static byte[] Wrap(GraphProto graph, string format)
    {
        var model = new ModelProto { IrVersion = OnnxModel.IrVersion, ProducerName = "test", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OnnxModel.Opset });
        foreach (var (key, value) in new[] { (GraphNames.FormatKey, format), (GraphNames.ModelIdKey, Id), (GraphNames.SpecKey, Manifest.Spec.ToJson()) })
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model.ToByteArray();
    }
}
