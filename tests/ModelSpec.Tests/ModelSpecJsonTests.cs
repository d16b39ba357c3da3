using System.Text.Json.Nodes;
using CsCheck;

namespace VqVae.Models.Tests;

public class ModelSpecJsonTests
{
    private static readonly Gen<ModelSpec> Specs =
        from klt in Gen.Bool
        from colour in Gen.Bool
        let channels = colour ? 3 : 1
        from log in Gen.Int[klt ? 2 : 1, 5]
        from hidden in Gen.Int[1, 4096]
        from dim in Gen.Int[1, klt ? Math.Min(4096, channels << (2 * log)) : 4096]
        from blocks in Gen.Int[0, 64].Array[3]
        from codes in Gen.Int[2, 65536]
        from stages in Gen.Int[1, ModelSpec.MaxStages]
        from refine in Gen.Int[(4 * channels) + 1, 1024]
        select new ModelSpec
        {
            Architecture = klt ? Architecture.Klt : Architecture.VqVae,
            InputChannels = channels,
            Hidden = hidden,
            EmbeddingDim = dim,
            EncoderBlocks = blocks[0],
            DecoderBlocks = blocks[1],
            RefineBlocks = blocks[2],
            Codes = codes,
            Stages = stages,
            Stride = 1 << log,
            RefineChannels = refine,
        };

    [Fact]
    public void FromJson_OfToJson_IsTheSameSpec() => Specs.Sample(
        spec =>
        {
            var json = spec.ToJson();
            Assert.DoesNotContain('\n', json);
            Assert.Equal(spec, ModelSpec.FromJson(json));
        },
        seed: "0000KOIso5A3", iter: 500);

    [Fact]
    public void ToJson_OfAPreset_HasDocumentedKeys() => Assert.Equal(
        """{"architecture":"klt","input_channels":3,"hidden":128,"embedding_dim":64,"encoder_blocks":2,"decoder_blocks":3,"codes":512,"stages":4,"stride":8,"refine_channels":32,"refine_blocks":1}""",
        Preset.Small.Model.ToJson());

    [Fact]
    public void FromJson_AnyKeyLeftOut_ThrowsAndNamesIt()
    {
        var json = JsonNode.Parse(Preset.Small.Model.ToJson())!.AsObject();
        foreach (var (key, _) in json)
        {
            var without = json.DeepClone().AsObject();
            without.Remove(key);
            Assert.Contains(key, Hostile.AssertRefused(() => ModelSpec.FromJson(without.ToJsonString())).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("{}")]
    public void FromJson_NotASpec_ThrowsModelFormatException(string json) => Hostile.AssertRefused(() => ModelSpec.FromJson(json));

    [Theory]
    [InlineData("\"unknown\":1")]
    [InlineData("\"Hidden\":32")]
    [InlineData("\"hidden\":128")]
    public void FromJson_ExtraKey_ThrowsModelFormatException(string field) =>
        Hostile.AssertRefused(() => ModelSpec.FromJson(Preset.Small.Model.ToJson().Replace("}", $",{field}}}", StringComparison.Ordinal)));

    [Theory]
    [InlineData("hidden", "\"32\"")]
    [InlineData("hidden", "32.5")]
    [InlineData("hidden", "null")]
    [InlineData("hidden", "[32]")]
    [InlineData("hidden", "99999999999")]
    [InlineData("architecture", "\"transformer\"")]
    [InlineData("architecture", "null")]
    [InlineData("architecture", "7")]
    [InlineData("architecture", "-1")]
    [InlineData("architecture", "\"7\"")]
    public void FromJson_WrongValue_ThrowsModelFormatException(string key, string value) =>
        Hostile.AssertRefused(() => ModelSpec.FromJson(With(Preset.Celeba, key, value)));

    [Fact]
    public void FromJson_NestedTooDeep_ThrowsModelFormatException() =>
        Hostile.AssertRefused(() => ModelSpec.FromJson("{\"hidden\":" + new string('[', 50_000)));

    [Theory]
    [InlineData("input_channels", 0, 2, 4, -1)]
    [InlineData("hidden", 0, 4097, -1, int.MaxValue)]
    [InlineData("embedding_dim", 0, 4097, -1, int.MaxValue)]
    [InlineData("encoder_blocks", -1, 65, int.MinValue, int.MaxValue)]
    [InlineData("decoder_blocks", -1, 65, int.MinValue, int.MaxValue)]
    [InlineData("codes", 1, 0, 65537, int.MaxValue)]
    [InlineData("stages", 0, -1, 256, int.MaxValue)]
    [InlineData("stride", 0, 1, 6, 64)]
    public void FromJson_OutOfRange_ThrowsWithTheValue(string key, params int[] values)
    {
        foreach (var value in values)
        {
            var error = Hostile.AssertRefused(() => ModelSpec.FromJson(With(Preset.Celeba, key, $"{value}")));
            Assert.Contains($"got {value}", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("refine_channels", 12, 0, 1025)]
    [InlineData("refine_blocks", -1, 65)]
    [InlineData("stride", 2)]
    [InlineData("embedding_dim", 193)]
    public void FromJson_OutOfRangeForKlt_Throws(string key, params int[] values)
    {
        foreach (var value in values)
            Hostile.AssertRefused(() => ModelSpec.FromJson(With(Preset.Small, key, $"{value}")));
    }

    private static string With(Preset preset, string key, string value)
    {
        var json = JsonNode.Parse(preset.Model.ToJson())!.AsObject();
        Assert.True(json.ContainsKey(key));
        json[key] = JsonNode.Parse(value);
        return json.ToJsonString();
    }
}
