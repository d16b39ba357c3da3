using System.Text;
using Microsoft.ML.OnnxRuntime;
using VqVae.Models;
using static VqVae.Runtime.Tests.OnnxBytes;

namespace VqVae.Runtime.Tests;

public sealed class OnnxPrunerTests(TinyModel model) : IClassFixture<TinyModel>
{
    [Fact]
    public void Keep_LatentsOfAnEncoder_LeavesOutItsSearch()
    {
        var encoder = File.ReadAllBytes(Path.Combine(model.Folder, ModelManifest.EncoderFileName));
        var plane = model.Codec.Manifest.Planes[0];
        var pruned = OnnxPruner.Keep(encoder, [plane.LatentsName]);
        Assert.Equal([plane.LatentsName], OnnxSignature.Read(pruned).Outputs.Keys);
        Assert.Equal(OnnxSignature.Read(encoder).Inputs, OnnxSignature.Read(pruned).Inputs);
        Assert.Equal(OnnxSignature.Read(encoder).Metadata, OnnxSignature.Read(pruned).Metadata);
        Assert.Contains("ArgMin", Encoding.Latin1.GetString(encoder), StringComparison.Ordinal);
        Assert.DoesNotContain("ArgMin", Encoding.Latin1.GetString(pruned), StringComparison.Ordinal);
        Assert.DoesNotContain(GraphNames.SquaredNorms(plane), Encoding.Latin1.GetString(pruned), StringComparison.Ordinal);
        using var session = new InferenceSession(pruned);
        Assert.Equal([plane.LatentsName], session.OutputNames);
    }

    [Fact]
    public void Keep_AllOutputs_KeepsAllNodes()
    {
        var encoder = File.ReadAllBytes(Path.Combine(model.Folder, ModelManifest.EncoderFileName));
        var pruned = OnnxPruner.Keep(encoder, [.. OnnxSignature.Read(encoder).Outputs.Keys]);
        using var session = new InferenceSession(pruned);
        Assert.Equal(OnnxSignature.Read(encoder).Outputs.Keys, session.OutputNames);
        Assert.Contains("ArgMin", Encoding.Latin1.GetString(pruned), StringComparison.Ordinal);
    }

    [Fact]
    public void Keep_NodeWithAGraphInside_IsRefused()
    {
        var inside = Bytes(5, Join(Text(1, "then_branch"), Bytes(6, Text(2, "inner"))));
        var error = Assert.Throws<ModelFormatException>(() => OnnxPruner.Keep(Bytes(7, Bytes(1, inside)), ["y"]));
        Assert.Contains("a node holds a graph", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keep_CutShort_SaysWhere()
    {
        var encoder = File.ReadAllBytes(Path.Combine(model.Folder, ModelManifest.EncoderFileName));
        Assert.Throws<ModelFormatException>(() => OnnxPruner.Keep(encoder.AsSpan(0, encoder.Length - 1), ["latents"]));
    }
}
