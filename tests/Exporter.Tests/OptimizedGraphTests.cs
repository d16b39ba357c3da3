using Microsoft.ML.OnnxRuntime;
using VqVae.Exporter.Onnx;
using VqVae.Exporter.Tests.Reference;
using VqVae.Exporter.Variants;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

/// <summary>
/// What ONNX Runtime makes of the graphs on a CPU: the operators that run, after fusion and layout. A change that adds a reorder, leaves an activation or a lone
/// quantizer behind, or searches another way, shows up here before it shows up in a benchmark.
/// </summary>
public sealed class OptimizedGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Avx512Theory]
    [InlineData("luma_chroma", "Add 11, Concat 6, Conv 11, Div 5, Gather 15, Mul 5, Pad 2, QuantizeLinear 1, Relu 1, ReorderInput 3, ReorderOutput 8, Reshape 10, Shape 7, Split 2, Squeeze 5, Sub 4, Transpose 11")]
    [InlineData("klt", "Add 6, Concat 2, Conv 8, Div 3, FusedConv 1, Gather 7, Mul 3, Pad 1, QuantizeLinear 1, ReorderInput 3, ReorderOutput 6, Reshape 6, Shape 4, Split 1, Squeeze 2, Sub 2, Transpose 4")]
    [InlineData("vqvae", "Add 1, Conv 3, ConvTranspose 2, Gather 2, QuantizeLinear 1, Relu 2, ReorderOutput 1, Squeeze 1, Transpose 2")]
    [InlineData("vqvae2", "Add 2, Concat 1, Conv 3, ConvTranspose 3, Gather 3, QuantizeLinear 1, Relu 2, ReorderInput 1, ReorderOutput 2, Squeeze 2, Transpose 3")]
    public void Decoder_Fp32_RunsTheseOperators(string model, string expected)
    {
        using var fixture = new VariantFixture(model);
        Assert.Equal(expected, Operators(fixture.Decoder));
    }

    [Avx512Theory]
    [InlineData("luma_chroma", "Add 8, Cast 1, Concat 6, Div 5, Gather 19, Pad 2, QLinearAdd 5, QLinearConv 11, QuantizeLinear 2, Reshape 10, Round 1, Shape 7, Slice 1, Split 2, Squeeze 5, Sub 4, Transpose 5")]
    [InlineData("klt", "Add 5, Cast 1, Concat 2, Div 3, Gather 9, Pad 1, QLinearAdd 3, QLinearConv 9, QuantizeLinear 1, Reshape 6, Round 1, Shape 4, Slice 1, Split 1, Squeeze 2, Sub 2, Transpose 3")]
    [InlineData("vqvae", "Add 1, Clip 1, ConvTranspose 2, DequantizeLinear 1, Gather 2, QLinearAdd 1, QLinearConv 3, QuantizeLinear 2, Relu 1, Squeeze 1, Transpose 2")]
    [InlineData("vqvae2", "Add 2, Clip 1, Concat 1, ConvTranspose 3, DequantizeLinear 1, Gather 3, QLinearAdd 1, QLinearConv 3, QuantizeLinear 2, Relu 1, Slice 1, Squeeze 2, Transpose 5")]
    public void Decoder_Int8_RunsTheseOperators(string model, string expected)
    {
        using var fixture = new VariantFixture(model);
        var graph = Int8Decoder.Build(fixture.Checkpoint, fixture.Samples, worthFloat: double.PositiveInfinity, CancellationToken.None);

        // Whether a plane's codes are multiplied by factors first is chosen by loss.
        Assert.Equal(expected, Operators(OnnxModel.Decoder(graph, fixture.Checkpoint, fixture.Checkpoint.Id), except: "Mul"));
    }

    [Avx512Theory]
    [InlineData("luma_chroma", "Add 4, ArgMin 7, Cast 3, Concat 4, Conv 7, Div 1, FusedConv 1, Gather 14, Gemm 7, Mul 2, ReorderInput 2, ReorderOutput 5, Reshape 16, Shape 4, Split 4, Squeeze 1, Sub 3, Transpose 1")]
    [InlineData("klt", "Add 1, ArgMin 3, Cast 2, Concat 2, Conv 5, Div 1, Gather 3, Gemm 3, Mul 1, ReorderOutput 2, Reshape 4, Shape 2, Split 1, Sub 3, Transpose 1")]
    [InlineData("vqvae", "Add 1, ArgMin 1, Cast 2, Concat 1, Conv 5, Div 1, Gather 1, Gemm 1, Mul 1, Relu 1, ReorderOutput 2, Reshape 2, Shape 2, Sub 1, Transpose 1")]
    [InlineData("vqvae2", "Add 2, ArgMin 2, Cast 3, Concat 4, Conv 14, ConvTranspose 1, Div 1, Gather 3, Gemm 2, Mul 2, Relu 3, ReorderInput 1, ReorderOutput 11, Reshape 5, Shape 4, Sub 1, Transpose 2")]
    public void Encoder_Fp32_RunsTheseOperators(string model, string expected)
    {
        using var fixture = new VariantFixture(model);
        Assert.Equal(expected, Operators(fixture.Encoder));
    }

    /// <summary>The operators by name, with their number.</summary>
    private string Operators(byte[] graph, string? except = null)
    {
        var path = _folder["optimized.onnx"];
        using (var options = new SessionOptions { OptimizedModelFilePath = path, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL })
        using (new InferenceSession(graph, options))
        {
            var found = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Node.Where(n => n.OpType != except).GroupBy(n => n.OpType);
            return string.Join(", ", found.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}"));
        }
    }
}
