using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Google.Protobuf;
using VqVae.Exporter.Onnx;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

/// <summary>What the files say about themselves, and what readers of ONNX files rely on.</summary>
public partial class GraphStructureTests
{
    public static TheoryData<Architecture, bool> Graphs => new()
    {
        { Architecture.Klt, true }, { Architecture.Klt, false }, { Architecture.VqVae, true }, { Architecture.VqVae, false },
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Model_Versions_AreOfTheContract(Architecture architecture, bool encoder)
    {
        var model = Model(architecture, encoder);
        Assert.InRange(model.IrVersion, 8, 10);
        var opset = Assert.Single(model.OpsetImport);
        Assert.Equal("", opset.Domain);
        Assert.InRange(opset.Version, 17, 21);
        Assert.All(model.Graph.Node, n => Assert.Equal("", n.Domain));
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Model_Metadata_SayWhatItIs(Architecture architecture, bool encoder)
    {
        var checkpoint = Checkpoint(architecture);
        var model = Model(architecture, encoder);

        Assert.Equal("VqVae.Deploy exporter", model.ProducerName);
        Assert.Matches(@"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$", model.ProducerVersion);
        Assert.NotEmpty(model.DocString);
        Assert.Equal(encoder ? "encoder" : "decoder", model.Graph.Name);
        Assert.NotEmpty(model.Graph.DocString);
        Assert.All(model.Graph.Input.Concat(model.Graph.Output), v => Assert.NotEmpty(v.DocString));
        var metadata = model.MetadataProps.ToDictionary(p => p.Key, p => p.Value);
        Assert.Equal(checkpoint.Id.ToString(), metadata["model_id"]);
        Assert.Equal(checkpoint.Spec, ModelSpec.FromJson(metadata["spec"]));
        Assert.Equal(encoder ? "vqvae-encoder/1" : "vqvae-decoder/1", metadata["format"]);
    }

    [Theory]
    [InlineData(Architecture.Klt, 3)]
    [InlineData(Architecture.VqVae, 1)]
    public void Graphs_InputsAndOutputs_AreThoseOfTheContract(Architecture architecture, int stages)
    {
        var (encoder, decoder) = (Model(architecture, encoder: true).Graph, Model(architecture, encoder: false).Graph);
        Assert.Equal(["image: Uint8 [N, H, W, 3]", "rate: Int32 [1]", "lambda: Float [1]"], encoder.Input.Select(Describe));
        Assert.Equal([$"indices: Int32 [N, {stages}, h, w]", "latents: Float [positions, 8]"], encoder.Output.Select(Describe));
        Assert.Equal(["indices: Int32 [N, l, h, w]", "rate: Int32 [1]"], decoder.Input.Select(Describe));
        Assert.Equal(["image: Uint8 [N, H, W, 3]"], decoder.Output.Select(Describe));
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Graph_Values_AreUniqueDefinedBeforeUseAndUsed(Architecture architecture, bool encoder)
    {
        var graph = Model(architecture, encoder).Graph;
        var defined = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in graph.Input.Select(i => i.Name).Concat(graph.Initializer.Select(i => i.Name)))
            Assert.True(defined.Add(name), $"{name} is defined twice");
        foreach (var node in graph.Node)
        {
            Assert.All(node.Input, input => Assert.True(defined.Contains(input), $"{node.Name} uses {input} before it is there"));
            Assert.All(node.Output, output => Assert.True(defined.Add(output), $"{output} is defined twice"));
        }

        Assert.All(graph.Output, o => Assert.Contains(o.Name, defined));
        Assert.Equal(graph.Node.Count, graph.Node.Select(n => n.Name).Where(n => n.Length > 0).Distinct().Count());

        // Everything is used: no stray constant, and every input, `rate` included, has an effect.
        var used = graph.Node.SelectMany(n => n.Input).Concat(graph.Output.Select(o => o.Name)).ToHashSet(StringComparer.Ordinal);
        Assert.All(defined, name => Assert.True(used.Contains(name), $"{name} is not used"));
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Graph_EveryValueInBetween_HasTypeAndShape(Architecture architecture, bool encoder)
    {
        var graph = Model(architecture, encoder).Graph;
        var outputs = graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            graph.Node.SelectMany(n => n.Output).Where(o => !outputs.Contains(o)).Order(StringComparer.Ordinal),
            graph.ValueInfo.Select(v => v.Name).Order(StringComparer.Ordinal));
        foreach (var value in graph.ValueInfo.Concat(graph.Input).Concat(graph.Output))
        {
            Assert.NotEqual(0, value.Type.TensorType.ElemType);
            Assert.All(value.Type.TensorType.Shape.Dim, dim =>
            {
                if (dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam) Assert.Matches(CIdentifier(), dim.DimParam);
                else Assert.True(dim.DimValue > 0, $"{value.Name} has an axis without a size");
            });
        }
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Graph_Constants_HoldRawDataOfTheirShape(Architecture architecture, bool encoder)
    {
        foreach (var tensor in Model(architecture, encoder).Graph.Initializer)
        {
            var size = (TensorProto.Types.DataType)tensor.DataType switch
            {
                TensorProto.Types.DataType.Float or TensorProto.Types.DataType.Int32 => 4,
                TensorProto.Types.DataType.Int64 => 8,
                TensorProto.Types.DataType.Uint8 => 1,
                var other => throw new InvalidOperationException($"{tensor.Name}: {other}"),
            };
            Assert.Equal(tensor.Dims.Aggregate(1L, (product, n) => product * n) * size, tensor.RawData.Length);
        }
    }

    [Theory]
    [InlineData(Architecture.Klt)]
    [InlineData(Architecture.VqVae)]
    public void Encoder_Search_IsAProductAndAnArgMinOverRows(Architecture architecture)
    {
        var graph = Model(architecture, encoder: true).Graph;
        var producers = graph.Node.SelectMany(n => n.Output.Select(o => (o, n))).ToDictionary(p => p.o, p => p.n);
        var shapes = graph.ValueInfo.ToDictionary(v => v.Name, v => v.Type.TensorType.Shape.Dim);
        var searches = graph.Node.Where(n => n.OpType == "ArgMin").ToList();
        Assert.Equal(Checkpoint(architecture).Spec.Stages, searches.Count);
        foreach (var search in searches)
        {
            // ONNX Runtime fuses a Transpose into an ArgMin over an inner axis, which is several times slower.
            Assert.Equal("Gemm", producers[search.Input[0]].OpType);
            Assert.Equal(shapes[search.Input[0]].Count - 1, search.Attribute.Single(a => a.Name == "axis").I);
        }

        Assert.DoesNotContain(graph.Node, n => n.OpType is "ReduceSum" or "Pow" or "Expand");
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Model_SameCheckpoint_GivesSameBytes(Architecture architecture, bool encoder) =>
        Assert.Equal(Bytes(architecture, encoder), Bytes(architecture, encoder));

    /// <summary>
    /// Fails when the graphs change in any way. If the change is meant, these values are to be replaced, and shipped models exported again.
    /// </summary>
    [Theory]
    [InlineData(Architecture.Klt, true, "73ed2a720550095a2c130b08fcb2997b")]
    [InlineData(Architecture.Klt, false, "275c852451ad2919771b0a5d08894d3d")]
    [InlineData(Architecture.VqVae, true, "e25efcd5484e22c8782ad4f9073c6fc5")]
    [InlineData(Architecture.VqVae, false, "59094bdbb11747dd8616e04f1c074be0")]
    public void Model_TinySpec_HasGoldenBytes(Architecture architecture, bool encoder, string sha256Start)
    {
        var model = Model(architecture, encoder);
        model.ProducerVersion = "";
        Assert.Equal(sha256Start, Convert.ToHexStringLower(SHA256.HashData(model.ToByteArray()))[..sha256Start.Length]);
    }

    private static string Describe(ValueInfoProto value)
    {
        var dims = value.Type.TensorType.Shape.Dim.Select(d => d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam ? d.DimParam : $"{d.DimValue}");
        return $"{value.Name}: {(TensorProto.Types.DataType)value.Type.TensorType.ElemType} [{string.Join(", ", dims)}]";
    }

    private static Checkpoint Checkpoint(Architecture architecture) =>
        GraphParityTests.Load(architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae, seed: 1);

    private static byte[] Bytes(Architecture architecture, bool encoder) =>
        encoder ? OnnxModel.Encoder(Checkpoint(architecture)) : OnnxModel.Decoder(Checkpoint(architecture));

    private static ModelProto Model(Architecture architecture, bool encoder) => ModelProto.Parser.ParseFrom(Bytes(architecture, encoder));

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex CIdentifier();
}
