using System.Security.Cryptography;
using System.Text;
using VqVae.TestSupport;

namespace VqVae.Models.Tests;

public class ModelIdTests
{
    public static TheoryData<Architecture> Architectures => [Architecture.VqVae, Architecture.Klt];

    // What a .vq file refers to: if one of these changes, files made before no longer open.
    [Theory]
    [InlineData(Architecture.VqVae, "76f7c56d663cb8cc")]
    [InlineData(Architecture.Klt, "67372c9e44c8afa6")]
    public void Compute_SeededModel_IsFixed(Architecture architecture, string id) =>
        Assert.Equal(id, ModelId.Compute(Spec(architecture), Weights(Spec(architecture))).ToString());

    [Fact]
    public void Compute_WithTables_IsFixed() =>
        Assert.Equal("fc79325f42cf634b", ModelId.Compute(Spec(Architecture.Klt), Weights(Spec(Architecture.Klt)), "any tables"u8).ToString());

    [Fact]
    public void Compute_OtherTables_GivesAnotherId()
    {
        var (spec, weights) = (Spec(Architecture.Klt), Weights(Spec(Architecture.Klt)));
        byte[][] tables = [[], [0], [1], [0, 0], [1, 2]];
        Assert.Equal(tables.Length, tables.Select(t => ModelId.Compute(spec, weights, t)).Distinct().Count());
        Assert.Equal(ModelId.Compute(spec, weights), ModelId.Compute(spec, weights, []));
    }

    [Theory]
    [InlineData(Architecture.VqVae, false)]
    [InlineData(Architecture.VqVae, true)]
    [InlineData(Architecture.Klt, false)]
    [InlineData(Architecture.Klt, true)]
    public void Compute_SeededModel_IsTheHashOfTheDocumentedBytes(Architecture architecture, bool withTables)
    {
        var (spec, weights) = (Spec(architecture), Weights(Spec(architecture)));
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        var fields = architecture == Architecture.Klt
            ? "architecture=klt\ninput_channels=3\nhidden=16\nembedding_dim=8\ndecoder_blocks=1\ncodes=20\nstages=3\nstride=8\nrefine_channels=16\nrefine_blocks=1\n"
            : "architecture=vqvae\ninput_channels=3\nhidden=16\nembedding_dim=8\ndecoder_blocks=1\ncodes=32\nstages=1\nstride=4\n";
        writer.Write(Encoding.ASCII.GetBytes("vqvae-model-id/1\n" + fields));
        foreach (var tensor in ModelTensors.For(spec).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            if (!tensor.Name.StartsWith("decoder.", StringComparison.Ordinal) && tensor.Name != "quantizer.codebooks") continue;
            writer.Write(Encoding.UTF8.GetByteCount(tensor.Name));
            writer.Write(Encoding.UTF8.GetBytes(tensor.Name));
            writer.Write(tensor.Shape.Count);
            foreach (var dimension in tensor.Shape) writer.Write(dimension);
            writer.Write(weights(tensor.Name).Span);
        }

        byte[] tables = withTables ? [.. Enumerable.Range(0, 300).Select(i => (byte)i)] : [];
        if (withTables)
        {
            writer.Write("tables.bin\n"u8);
            writer.Write(tables.Length);
            writer.Write(tables);
        }

        writer.Flush();
        var expected = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()).AsSpan(0, 8));

        Assert.Equal(expected, ModelId.Compute(spec, weights, tables).ToString());
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Compute_OneBitOfAnyTensorChanged_ChangesExactlyForDecoderSideTensors(Architecture architecture)
    {
        var (spec, weights) = (Spec(architecture), Weights(Spec(architecture)));
        var id = ModelId.Compute(spec, weights);
        foreach (var tensor in ModelTensors.For(spec))
        {
            var changed = weights(tensor.Name).ToArray();
            changed[^1] ^= 1;
            var other = ModelId.Compute(spec, name => name == tensor.Name ? changed : weights(name));
            Assert.True(ModelTensors.IsDecoderSide(tensor) == (other != id), tensor.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Compute_FieldsOfTheEncoderOnly_KeepTheId(Architecture architecture)
    {
        var spec = Spec(architecture);
        Assert.Equal(Fields(spec), Fields(spec with { EncoderBlocks = 7 }));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Compute_AnyDecoderField_ChangesTheId(Architecture architecture)
    {
        var spec = Spec(architecture);
        List<ModelSpec> others =
        [
            spec with { Architecture = architecture == Architecture.Klt ? Architecture.VqVae : Architecture.Klt },
            spec with { InputChannels = 1 }, spec with { Hidden = 17 }, spec with { EmbeddingDim = 9 }, spec with { DecoderBlocks = 2 },
            spec with { Codes = 21 }, spec with { Stages = 2 }, spec with { Stride = 16 },
        ];
        if (architecture == Architecture.Klt) others.AddRange([spec with { RefineChannels = 17 }, spec with { RefineBlocks = 2 }]);
        else Assert.Equal(Fields(spec), Fields(spec with { RefineChannels = 17, RefineBlocks = 2 }));

        // The tensors' bytes left out, so that only the fields can tell the models apart.
        var ids = others.Append(spec).Select(s => ModelId.Compute(s, _ => default)).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(ids.Count, others.Append(spec).Select(Fields).Distinct().Count());
    }

    [Fact]
    public void Write_AnId_IsItsHexadecimalDigitsInOrder()
    {
        var id = ModelId.Parse("0123456789abcdef");
        var bytes = new byte[ModelId.Size];
        id.Write(bytes);

        Assert.Equal([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef], bytes);
        Assert.Equal(id, ModelId.Read(bytes));
        Assert.Equal("0123456789abcdef", id.ToString());
        Assert.Equal("0000000000000000", default(ModelId).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcde")]
    [InlineData("0123456789abcdef0")]
    [InlineData("0123456789abcdeg")]
    [InlineData(" 123456789abcdef")]
    [InlineData("0x23456789abcdef")]
    [InlineData("-123456789abcdef")]
    public void Parse_NotSixteenHexadecimalDigits_Throws(string text) => Assert.Throws<ModelFormatException>(() => ModelId.Parse(text));

    private static ModelSpec Spec(Architecture architecture) =>
        architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae;

    private static string Fields(ModelSpec spec) => string.Join('\n', ModelId.DecoderFields(spec).Select(f => $"{f.Key}={f.Value}"));

    private static Func<string, ReadOnlyMemory<byte>> Weights(ModelSpec spec)
    {
        using var stream = new MemoryStream();
        RandomCheckpoint.Create(spec, seed: 42).WriteTo(stream);
        var file = SafetensorsFile.Parse(stream.ToArray());
        return name => file[name].Data;
    }
}
