using System.Buffers.Binary;
using System.Text;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

/// <summary>What the command says about checkpoints that are not what they should be: one line, exit code 1, no model folder.</summary>
public sealed class CheckpointErrorTests : IDisposable
{
    private static readonly ModelSpec Spec = RandomCheckpoint.TinyKlt;

    private readonly TemporaryFolder _folder = new();

    public CheckpointErrorTests() => Directory.CreateDirectory(_folder["run"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Export_NoRunFolder_SaysSo() => Assert.Multiple(
        () => CommandLineRun.Of(_folder["nowhere"], "--out", _folder["model"], "--unverified").AssertFails(1, "nowhere' does not exist"),
        () => CommandLineRun.Of(_folder["run"], "--out", _folder["model"], "--unverified").AssertFails(1, "is not a run folder: it has no checkpoint.safetensors"));

    [Fact]
    public void Export_TensorMissing_NamesIt() => AssertRefused(Tensors(skip: "decoder.stem.bias"), "tensor 'decoder.stem.bias' is missing");

    [Fact]
    public void Export_TensorExtra_NamesIt() => AssertRefused(Tensors(w => w.Add<float>("decoder.extra", [1, 2], 2)), "tensor 'decoder.extra' is not part of this model");

    [Fact]
    public void Export_TensorOfWrongShape_GivesBothShapes() =>
        AssertRefused(Tensors(w => w.Add<float>("encoder.head.bias", new float[9], 9), skip: "encoder.head.bias"), "'encoder.head.bias': expected shape [8], got [9]");

    [Fact]
    public void Export_TensorTransposed_GivesBothShapes() => AssertRefused(
        Tensors(w => w.Add<float>("encoder.head.weight", new float[128], 16, 8, 1, 1), skip: "encoder.head.weight"),
        "'encoder.head.weight': expected shape [8, 16, 1, 1], got [16, 8, 1, 1]");

    [Fact]
    public void Export_TensorOfWrongType_GivesBothTypes() =>
        AssertRefused(Tensors(w => w.Add<double>("encoder.head.bias", new double[8], 8), skip: "encoder.head.bias"), "'encoder.head.bias': expected F32, got F64");

    [Fact]
    public void Export_NotANumber_IsRefused() =>
        AssertRefused(Tensors(w => w.Add<float>("encoder.head.bias", [0, 0, 0, float.NaN, 0, 0, 0, 0], 8), skip: "encoder.head.bias"), "'encoder.head.bias' holds NaN");

    [Fact]
    public void Export_OtherFormat_IsRefused() => AssertRefused(Tensors(w => w.Metadata["format"] = "pt"), "expected the format 'vqvae-checkpoint/1', got 'pt'");

    [Fact]
    public void Export_ImpossibleSpec_IsRefused() =>
        AssertRefused(Tensors(w => w.Metadata["spec"] = Spec.ToJson().Replace("\"stride\":8", "\"stride\":7", StringComparison.Ordinal)), "stride: expected a power of two");

    [Fact]
    public void Export_SpecOfHugeModel_IsRefusedWithoutBuildingIt() => AssertRefused(
        Tensors(w => w.Metadata["spec"] = (Spec with { Hidden = 4096, Codes = 65536, Stages = 255 }).ToJson()),
        "expected shape");

    [Fact]
    public void Export_HeaderLongerThanFile_IsRefused() => AssertRefused(File(ulong.MaxValue, "{}"), "header claims 18446744073709551615 bytes");

    [Theory]
    [InlineData("{\"a\":", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "overlap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}}", "too large")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,400]}}", "outside")]
    [InlineData("{\"a\\nb\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "takes 8 bytes, got 4")]
    public void Export_HostileHeader_IsOneClearError(string header, string message) => AssertRefused(File((ulong)header.Length, header + "1234"), message);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(5000)]
    public void Export_FileCutShort_IsRefused(int length)
    {
        using var whole = new MemoryStream();
        Tensors().WriteTo(whole);
        AssertRefused(whole.ToArray()[..length], "checkpoint.safetensors: ");
    }

    private static SafetensorsWriter Tensors(Action<SafetensorsWriter>? change = null, string? skip = null)
    {
        var writer = Checkpoint.CreateWriter(Spec, null);
        foreach (var tensor in ModelTensors.For(Spec))
        {
            var shape = tensor.Shape.Select(n => (long)n).ToArray();
            if (tensor.Name != skip) writer.Add<float>(tensor.Name, new float[shape.Aggregate(1L, (product, n) => product * n)], shape);
        }

        change?.Invoke(writer);
        return writer;
    }

    private static byte[] File(ulong headerLength, string rest)
    {
        var content = new byte[8 + rest.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(content, headerLength);
        Encoding.ASCII.GetBytes(rest, content.AsSpan(8));
        return content;
    }

    private void AssertRefused(SafetensorsWriter writer, string message)
    {
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        AssertRefused(stream.ToArray(), message);
    }

    private void AssertRefused(byte[] checkpoint, string message)
    {
        System.IO.File.WriteAllBytes(Path.Combine(_folder["run"], Checkpoint.FileName), checkpoint);
        CommandLineRun.Of(_folder["run"], "--out", _folder["model"], "--unverified").AssertFails(1, message, "checkpoint.safetensors");
        Assert.Equal([_folder["run"]], Directory.EnumerateFileSystemEntries(_folder.Path));
    }
}
