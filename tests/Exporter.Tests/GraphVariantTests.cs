using VqVae.Exporter.Onnx;
using VqVae.Exporter.Tests.Reference;
using VqVae.Exporter.Variants;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

/// <summary>Graphs in other precisions than fp32, of every architecture.</summary>
public class GraphVariantTests
{
    public static TheoryData<string> Models => [.. RandomCheckpoint.Tiny.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void Int8_EveryArchitecture_StaysCloseToFp32(string model)
    {
        using var fixture = new VariantFixture(model);
        var variant = fixture.Build(GraphPrecision.Int8);
        Assert.Null(variant.Encoder);
        Assert.Equal(1, variant.Deviation.IndexAgreement);

        // Random weights make pictures of noise, which many steps of a byte are lost in; a wrong scale or channel makes tens of them.
        Assert.InRange(variant.Deviation.MeanPixelDifference, 0.01, 2);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Fp16_EveryArchitecture_IsFp32UpToRounding(string model)
    {
        using var fixture = new VariantFixture(model);
        var variant = fixture.Build(GraphPrecision.Fp16);
        Assert.InRange(variant.Deviation.MaxPixelDifference, 0, 2);
        Assert.InRange(variant.Deviation.IndexAgreement, 0.99, 1);
        Assert.True(variant.Decoder.Length < fixture.Decoder.Length);
        Assert.True(variant.Encoder!.Length < fixture.Encoder.Length);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Variants_Structure_IsThatOfTheContract(string model)
    {
        using var fixture = new VariantFixture(model);
        foreach (var precision in new[] { GraphPrecision.Int8, GraphPrecision.Fp16 })
        {
            foreach (var (_, content) in fixture.Build(precision).Files)
            {
                var file = ModelProto.Parser.ParseFrom(content);
                Assert.Equal((OnnxModel.Opset, OnnxModel.IrVersion), ((int)file.OpsetImport.Single().Version, (int)file.IrVersion));
                Assert.All(file.Graph.Node, n => Assert.Equal("", n.Domain));
                AssertWellFormed(file.Graph);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Variants_BuiltTwice_AreTheSameBytes(string model)
    {
        using var fixture = new VariantFixture(model);
        foreach (var precision in new[] { GraphPrecision.Int8, GraphPrecision.Fp16 })
        {
            var (first, second) = (fixture.Build(precision), fixture.Build(precision));
            Assert.Equal(first.Decoder, second.Decoder);
            Assert.Equal(first.Encoder, second.Encoder);
            Assert.Equal(first.Deviation, second.Deviation);
        }
    }

    [Theory]
    [InlineData("klt")]
    [InlineData("luma_chroma")]
    [InlineData("groups")]
    public void Int8_AnyNumberOfStages_StaysCloseToFp32(string model)
    {
        using var fixture = new VariantFixture(model);
        var spec = fixture.Checkpoint.Spec;
        using var graphs = ModelGraphs.Create(fixture.Reference.Manifest, fixture.Encoder, fixture.Build(GraphPrecision.Int8).Decoder, new VqCodecOptions { Device = VqDevice.Cpu });
        var random = new Random(1);
        for (var stages = 1; stages <= spec.MostStages; stages++)
        {
            var (n, height, width) = (2, 2 * spec.LargestStride, 3 * spec.LargestStride);
            int[][] indices = [.. spec.Planes.Select(p => Enumerable.Range(0, ModelGraphs.IndexCount(p, stages, n, height, width)).Select(_ => random.Next(p.Codes)).ToArray())];
            var expected = fixture.Reference.Decode(indices, stages, n, height, width, spec.RatePoints - 1);
            var found = graphs.Decode(indices, stages, n, height, width, spec.RatePoints - 1);
            Assert.InRange(expected.Zip(found).Average(p => Math.Abs(p.First - p.Second)), 0, 4);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Int8_LossThatIsTooLarge_LeavesConvolutionsInFloat(string model)
    {
        using var fixture = new VariantFixture(model);
        var integers = Loss(Int8Decoder.WorthFloat + 1000);
        var mixed = Loss(double.NegativeInfinity);
        Assert.InRange(mixed.Integers, 0, integers.Integers);
        if (mixed.Integers < integers.Integers) Assert.True(mixed.Psnr < integers.Psnr);
        else Assert.Equal(mixed, integers);

        (int Integers, double Psnr) Loss(double worthFloat)
        {
            var graph = Int8Decoder.Build(fixture.Checkpoint, fixture.Samples, worthFloat, CancellationToken.None);
            AssertWellFormed(graph);
            using var graphs = ModelGraphs.Create(
                fixture.Reference.Manifest, fixture.Encoder, OnnxModel.Decoder(graph, fixture.Checkpoint, fixture.Checkpoint.Id), new VqCodecOptions { Device = VqDevice.Cpu });
            var lost = fixture.Samples.Average(s => s.Psnr(s.Decoded) - s.Psnr(graphs.Decode(s.Indices, int.MaxValue, s.Count, s.Side, s.Side, s.Rate)));
            return (graph.Initializer.Count(t => t.Name.EndsWith(".weight.integers", StringComparison.Ordinal)), lost);
        }
    }

    private static void AssertWellFormed(GraphProto graph)
    {
        var defined = graph.Input.Select(i => i.Name).Concat(graph.Initializer.Select(i => i.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            Assert.All(node.Input, input => Assert.Contains(input, defined));
            Assert.All(node.Output, output => Assert.True(defined.Add(output), $"{output} is defined twice"));
        }

        var outputs = graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            graph.Node.SelectMany(n => n.Output).Where(o => !outputs.Contains(o)).Order(StringComparer.Ordinal),
            graph.ValueInfo.Select(v => v.Name).Order(StringComparer.Ordinal));
        var used = graph.Node.SelectMany(n => n.Input).Concat(outputs).ToHashSet(StringComparer.Ordinal);
        Assert.All(defined, name => Assert.True(used.Contains(name), $"{name} is not used"));
    }
}
