using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using VqVae.Models;
using VqVae.TestSupport;
using static VqVae.Runtime.Tests.OnnxBytes;

namespace VqVae.Runtime.Tests;

public sealed class ModelFolderTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_CopiedFolder_Works()
    {
        using var codec = VqCodec.Load(Copy());
        Assert.Equal("tiny", codec.Manifest.Name);
        Assert.Equal(VqDevice.Cpu, codec.Device);
    }

    [Fact]
    public void Load_ChangedGraph_SaysBothHashes()
    {
        var folder = Copy();
        var path = Path.Combine(folder, ModelManifest.DecoderFileName);
        var content = File.ReadAllBytes(path);
        content[^1] ^= 1;
        File.WriteAllBytes(path, content);
        var error = Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder));
        Assert.Matches("decoder.onnx: expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}: it is not the file that was exported; copy the model folder again$", error.Message);
    }

    [Fact]
    public void Load_MissingGraph_NamesIt()
    {
        var folder = Copy();
        File.Delete(Path.Combine(folder, ModelManifest.EncoderFileName));
        Assert.EndsWith("encoder.onnx is missing", Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFolder_SaysSo() =>
        Assert.Contains("is not a model folder", Assert.Throws<ModelFormatException>(() => VqCodec.Load(_folder["nowhere"])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("../encoder.onnx")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("..")]
    public void Load_ManifestThatLeavesTheFolder_IsRefused(string name)
    {
        var folder = Copy();
        EditManifest(folder, json =>
        {
            var files = json["files"]!.AsObject();
            files[name] = files[ModelManifest.EncoderFileName]!.DeepClone();
        });
        Assert.Contains("is not a file name inside the model folder", Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphWithExternalData_IsRefusedThoughTheHashIsRight()
    {
        // Protocol buffers merge: a second graph field adds its parts to the first.
        var folder = Replace(ModelManifest.EncoderFileName, content => Join(
            content, Bytes(7, Bytes(5, Text(8, "w"), Bytes(13, Text(1, "location"), Text(2, "../secret")), Varint(14, 1)))));
        Assert.Equal(
            "encoder.onnx: a tensor keeps its data in another file, which is not allowed",
            Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message);
    }

    [Fact]
    public void Load_GraphWithAForeignOperator_IsRefusedThoughTheHashIsRight()
    {
        var folder = Replace(ModelManifest.DecoderFileName, content => Join(content, Bytes(7, Node("Shell", "com.evil"))));
        Assert.Contains("com.evil", Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphThatIsNoProtocolBuffer_IsRefused()
    {
        var folder = Replace(ModelManifest.EncoderFileName, _ => "ORTM is another format of ONNX Runtime"u8.ToArray());
        Assert.StartsWith("encoder.onnx: ", Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphsExchanged_IsRefused()
    {
        var decoder = File.ReadAllBytes(Path.Combine(model.Folder, ModelManifest.DecoderFileName));
        var folder = Replace(ModelManifest.EncoderFileName, _ => decoder);
        Assert.StartsWith("encoder.onnx: expected an input 'image'", Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphOfAnotherModel_IsRefused()
    {
        var other = TinyModel.Export(TinyModel.Spec, seed: 2, _folder, "other");
        var folder = Replace(ModelManifest.DecoderFileName, _ => File.ReadAllBytes(Path.Combine(other, ModelManifest.DecoderFileName)));
        Assert.Equal(
            $"decoder.onnx: expected the model {model.Codec.Manifest.Id}, as model.json says, got {ModelManifest.Load(other).Id}",
            Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message);
    }

    [Theory]
    [InlineData("codes", 19)]
    [InlineData("stages", 2)]
    [InlineData("hidden", 17)]
    public void Load_SpecEditedInTheManifest_IsRefused(string key, int value)
    {
        var folder = Copy();
        EditManifest(folder, json =>
        {
            json["spec"]![key] = value;
            if (json["planes"]![0]!.AsObject().ContainsKey(key)) json["planes"]![0]![key] = value;
        });
        var message = Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message;
        Assert.StartsWith("encoder.onnx: expected the spec {", message, StringComparison.Ordinal);
        Assert.Matches($"\"{key}\":{value},.*as model.json says, got .*\"{key}\":", message);
    }

    [Theory]
    [InlineData("encoder.onnx", "format")]
    [InlineData("encoder.onnx", "model_id")]
    [InlineData("decoder.onnx", "model_id")]
    [InlineData("decoder.onnx", "spec")]
    public void Load_GraphWithoutMetadata_IsRefused(string name, string key)
    {
        // The key's last letter is changed, so that lengths in the file stay right.
        var folder = Replace(name, content =>
        {
            byte[] field = [10, (byte)key.Length, .. Encoding.ASCII.GetBytes(key)];
            var at = content.AsSpan().LastIndexOf(field);
            content[at + 1 + key.Length] = (byte)'?';
            return content;
        });
        Assert.Equal($"{name}: the metadata '{key}' is missing", Assert.Throws<ModelFormatException>(() => VqCodec.Load(folder)).Message);
    }

    [Fact]
    public void FindFolder_NoModel_NamesBothPlaces()
    {
        var error = Assert.Throws<ModelFormatException>(() => DefaultModel.FindFolder(null, _folder.Path));
        Assert.Equal($"there is no default model: VQVAE_MODEL is not set, and '{Path.Combine(_folder.Path, "models", "photo")}' has no model.json", error.Message);
        error = Assert.Throws<ModelFormatException>(() => DefaultModel.FindFolder("/nowhere", _folder.Path));
        Assert.Equal(
            $"VQVAE_MODEL names '/nowhere', which has no model.json; unset, the model in '{Path.Combine(_folder.Path, "models", "photo")}' would be used", error.Message);
    }

    [Fact]
    public void FindFolder_VariableSet_GoesBeforeTheShippedModel()
    {
        Directory.CreateDirectory(_folder["models"]);
        Directory.Move(Copy(), Path.Combine(_folder["models"], DefaultModel.Name));
        Assert.Equal(Path.Combine(_folder.Path, "models", "photo"), DefaultModel.FindFolder("", _folder.Path));
        Assert.Equal(model.Folder, DefaultModel.FindFolder(model.Folder, _folder.Path));
    }

    private string Copy()
    {
        var copy = _folder["copy"];
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(model.Folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    private string Replace(string name, Func<byte[], byte[]> change)
    {
        var folder = Copy();
        var path = Path.Combine(folder, name);
        var content = change(File.ReadAllBytes(path));
        File.WriteAllBytes(path, content);
        EditManifest(folder, json =>
        {
            var entry = json["files"]![name]!.AsObject();
            entry["bytes"] = content.Length;
            entry["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content));
        });
        return folder;
    }

    private static void EditManifest(string folder, Action<JsonObject> edit)
    {
        var path = Path.Combine(folder, ModelManifest.FileName);
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(json);
        File.WriteAllText(path, json.ToJsonString());
    }
}
