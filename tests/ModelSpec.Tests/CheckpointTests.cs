using VqVae.TestSupport;

namespace VqVae.Models.Tests;

public class CheckpointTests
{
    public static TheoryData<Architecture> Architectures => [Architecture.VqVae, Architecture.Klt];

    private static ModelSpec Tiny(Architecture architecture) =>
        architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae;

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Load_SavedCheckpoint_GivesSpecProvenanceAndValues(Architecture architecture)
    {
        using var folder = new TemporaryFolder();
        var spec = Tiny(architecture);
        RandomCheckpoint.Save(spec, seed: 5, folder.Path);

        var checkpoint = Checkpoint.Load(folder[Checkpoint.FileName]);

        Assert.Equal(spec, checkpoint.Spec);
        Assert.Equal(5, checkpoint.Provenance?.Seed);
        Assert.Equal("test", checkpoint.Provenance?.Trainer);
        var raw = SafetensorsFile.Load(folder[Checkpoint.FileName]);
        foreach (var tensor in ModelTensors.For(spec))
        {
            Assert.Equal(tensor.Shape.Aggregate(1, (product, n) => product * n), checkpoint.Values(tensor.Name).Length);
            Assert.Equal(raw[tensor.Name].Values<float>().ToArray(), checkpoint.Values(tensor.Name).ToArray());
        }

        Assert.Equal(ModelId.Compute(spec, name => raw[name].Data), checkpoint.Id);
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void FromFile_AnyTensorMissing_ThrowsAndNamesIt(Architecture architecture)
    {
        var spec = Tiny(architecture);
        foreach (var tensor in ModelTensors.For(spec))
        {
            var error = AssertRefused(Edit(spec, skip: tensor.Name));
            Assert.Contains($"'{tensor.Name}' is missing", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FromFile_ExtraTensor_ThrowsAndNamesIt()
    {
        var error = AssertRefused(Edit(
            RandomCheckpoint.TinyKlt, edit: writer => writer.Add<float>("decoder.extra", [1], 1)));
        Assert.Contains("'decoder.extra'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromFile_AnyTensorOfAnotherShape_ThrowsWithBothShapes()
    {
        var spec = RandomCheckpoint.TinyVqVae;
        foreach (var tensor in ModelTensors.For(spec))
        {
            var values = new float[tensor.Shape.Aggregate(1, (product, n) => product * n)];
            var error = AssertRefused(Edit(
                spec, skip: tensor.Name, edit: writer => writer.Add<float>(tensor.Name, values, [.. tensor.Shape, 1])));
            Assert.Contains($"'{tensor.Name}'", error.Message, StringComparison.Ordinal);
            Assert.Contains($"[{string.Join(", ", tensor.Shape)}]", error.Message, StringComparison.Ordinal);
            Assert.Contains($"[{string.Join(", ", tensor.Shape)}, 1]", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void FromFile_TensorOfAnotherType_Throws()
    {
        var error = AssertRefused(Edit(
            RandomCheckpoint.TinyVqVae, skip: "encoder.head.bias", edit: writer => writer.Add<int>("encoder.head.bias", new int[8], 8)));
        Assert.Contains("expected F32, got I32", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void FromFile_ValueThatIsNotFinite_Throws(float value)
    {
        var error = AssertRefused(Edit(
            RandomCheckpoint.TinyVqVae, skip: "encoder.head.bias", edit: writer => writer.Add<float>("encoder.head.bias", [0, 0, 0, 0, 0, 0, 0, value], 8)));
        Assert.Contains("'encoder.head.bias'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("format", "vqvae-checkpoint/2")]
    [InlineData("format", "")]
    [InlineData("format", null)]
    [InlineData("spec", "{}x")]
    [InlineData("spec", "null")]
    [InlineData("spec", "")]
    [InlineData("spec", null)]
    [InlineData("provenance", "{")]
    [InlineData("provenance", """{"unknown": 1}""")]
    [InlineData("provenance", """{"steps": "many"}""")]
    public void FromFile_WrongMetadata_Throws(string key, string? value) =>
        AssertRefused(Edit(RandomCheckpoint.TinyVqVae, edit: writer =>
        {
            if (value is null) writer.Metadata.Remove(key);
            else writer.Metadata[key] = value;
        }));

    [Fact]
    public void FromFile_SpecOfAnotherModel_Throws() =>
        AssertRefused(Edit(
            RandomCheckpoint.TinyVqVae, edit: writer => writer.Metadata["spec"] = RandomCheckpoint.TinyKlt.ToJson()));

    [Fact]
    public void FromFile_WithoutProvenance_IsFine() =>
        Assert.Null(Checkpoint.FromFile(Edit(RandomCheckpoint.TinyVqVae, edit: writer => writer.Metadata.Remove("provenance"))).Provenance);

    [Fact]
    public void Load_BrokenFile_ThrowsAndNamesIt()
    {
        using var folder = new TemporaryFolder();
        var path = folder[Checkpoint.FileName];
        new SafetensorsWriter { Metadata = { ["format"] = "other/1" } }.Save(path);
        var error = Assert.Throws<ModelFormatException>(() => Checkpoint.Load(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("other/1", error.Message, StringComparison.Ordinal);
    }

    private static ModelFormatException AssertRefused(SafetensorsFile file) => Hostile.AssertRefused(() => Checkpoint.FromFile(file));

    /// <summary>A checkpoint without one tensor, and with whatever <paramref name="edit"/> does.</summary>
    private static SafetensorsFile Edit(ModelSpec spec, string? skip = null, Action<SafetensorsWriter>? edit = null)
    {
        var good = Parse(RandomCheckpoint.Create(spec, seed: 1));
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in good.Metadata) writer.Metadata[key] = value;
        foreach (var (name, tensor) in good.Tensors)
            if (name != skip) writer.Add(name, tensor.Values<float>(), [.. tensor.Shape]);
        edit?.Invoke(writer);
        return Parse(writer);
    }

    private static SafetensorsFile Parse(SafetensorsWriter writer)
    {
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return SafetensorsFile.Parse(stream.ToArray());
    }
}
