using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VqVae.Models.Tests.Configuration;

public class PresetBuilderTests
{
    /// <summary>A preset in which every key has a value, those too that the JSON leaves out where they are not set.</summary>
    private static readonly Preset Full = Preset.Small with
    {
        Model = Preset.Small.Model with
        {
            Groups = [0, 1, 2, 4, 8],
            FsqLevels = [8, 6, 5],
            RateLambdas = [150, 350.5],
            ResidualChannels = 32,
            ChromaDim = 40,
            ChromaStages = 10,
            ChromaGroups = [0, 20, 40],
        },
    };

    public static TheoryData<string> Keys => [.. PresetKey.All.Select(k => k.Path)];

    [Fact]
    public void Keys_AreThoseOfTheJson()
    {
        var json = JsonNode.Parse(Full.ToJson())!.AsObject();
        var expected = json.SelectMany(p => p.Value is JsonObject section ? section.Select(q => $"{p.Key}.{q.Key}") : [p.Key]);
        Assert.Equal(expected, PresetKey.All.Select(k => k.Path));
        Assert.Contains("model.groups", PresetKey.All.Select(k => k.Path));
        Assert.DoesNotContain("model.patch_size", PresetKey.All.Select(k => k.Path));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Set_EveryKey_ChangesThatKeyAndNoOther(string path)
    {
        var builder = new PresetBuilder(Full);
        var key = PresetKey.Find(path);
        builder.Set(path, Text(Another(Value(Full, path)!, key)), "test");

        var changed = builder.Build();

        Assert.Equal("test", builder.SourceOf(path));
        foreach (var other in PresetKey.All)
            Assert.Equal(other.Path != path, JsonNode.DeepEquals(Value(Full, other.Path), Value(changed, other.Path)));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Set_EveryKeyToItsOwnValue_LeavesThePreset(string path)
    {
        foreach (var preset in Preset.All.Append(Full))
        {
            if (Value(preset, path) is not { } value) continue;
            var builder = new PresetBuilder(preset);
            builder.Set(path, Text(value), "test");
            Assert.Equal(preset.ToJson(), builder.Build().ToJson());
        }
    }

    [Theory]
    [InlineData("model.groups")]
    [InlineData("model.fsq_levels")]
    [InlineData("model.rate_lambdas")]
    [InlineData("model.chroma_groups")]
    public void Set_NullOnAList_ClearsIt(string path)
    {
        var builder = new PresetBuilder(Full);
        builder.Set(path, "null", "test");
        Assert.Null(Value(builder.Build(), path));
    }

    [Theory]
    [InlineData("model.codes", "null", "a whole number")]
    [InlineData("model.codes", "", "a whole number")]
    [InlineData("model.codes", "1e3", "a whole number")]
    [InlineData("model.codes", "99999999999", "a whole number")]
    [InlineData("model.codes", "1,2", "a whole number")]
    [InlineData("training.learning_rate", "fast", "a number")]
    [InlineData("training.learning_rate", "NaN", "a number")]
    [InlineData("training.learning_rate", "1e999", "a number")]
    [InlineData("training.learning_rate", "0,5", "a number")]
    [InlineData("training.flip", "1", "true or false")]
    [InlineData("training.schedule", "linear", "constant or cosine")]
    [InlineData("training.schedule", "1", "constant or cosine")]
    [InlineData("model.groups", "", "whole numbers such as 1,2,3, or null")]
    [InlineData("model.groups", "0,1.5", "whole numbers such as 1,2,3, or null")]
    [InlineData("model.groups", "0,1,", "whole numbers such as 1,2,3, or null")]
    [InlineData("model.groups", "[0,1", "whole numbers such as 1,2,3, or null")]
    [InlineData("model.rate_lambdas", "150;350", "numbers such as 1,2,3, or null")]
    public void Set_WrongType_SaysWhatIsExpected(string path, string value, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => new PresetBuilder(Preset.Small).Set(path, value, "--option"));
        Assert.Equal($"--option: expected {expected}, got '{value}'", error.Message);
    }

    [Theory]
    [InlineData("0, 1, 2")]
    [InlineData("[0,1,2]")]
    public void Set_ListAsTyped_IsTaken(string value)
    {
        var builder = new PresetBuilder(Preset.Small);
        builder.Set("model.groups", value, "test");
        Assert.Equal([0, 1, 2], builder.Build().Model.Groups);
    }

    [Fact]
    public void Set_AKeyTwice_NamesBothSources()
    {
        var builder = new PresetBuilder(Preset.Small);
        builder.Set("model.codes", "256", "--codes");
        Assert.Equal(
            "model.codes is given twice, by --codes and by --set model.codes",
            Assert.Throws<ArgumentException>(() => builder.Set("model.codes", "256", "--set model.codes")).Message);
        Assert.Null(builder.SourceOf("model.stages"));
    }

    [Fact]
    public void Apply_AWholePreset_IsThatPresetWhateverItStartedFrom()
    {
        foreach (var preset in Preset.All.Append(Full))
        {
            var builder = new PresetBuilder(Full);
            builder.Apply(PresetFile.Parse(Encoding.UTF8.GetBytes(preset.ToJson()), "mine.json"));
            Assert.Equal(preset.ToJson(), builder.Build().ToJson());
        }
    }

    [Fact]
    public void Apply_AWholePresetWithoutName_IsCalledAsItsFile()
    {
        var json = JsonNode.Parse(Preset.Celeba.ToJson())!.AsObject();
        json.Remove("name");
        json.Remove("description");
        var builder = new PresetBuilder(Preset.Small);
        builder.Apply(PresetFile.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), "settings/faces.json"));
        Assert.Equal(Preset.Celeba with { Name = "faces", Description = "" }, builder.Build());
    }

    [Fact]
    public void Apply_APart_ChangesThatAlone()
    {
        var builder = new PresetBuilder(Full);
        builder.Apply(PresetFile.Parse("{ \"model\": { \"codes\": 64, \"groups\": null } }"u8, "mine.json"));
        Assert.Equal(Full with { Model = Full.Model with { Codes = 64, Groups = null } }, builder.Build());
    }

    private static JsonNode? Value(Preset preset, string path)
    {
        JsonNode? node = JsonNode.Parse(preset.ToJson());
        foreach (var part in path.Split('.')) node = node?[part];
        return node;
    }

    /// <summary>The value as it is typed.</summary>
    private static string Text(JsonNode value) => value is JsonArray list ? string.Join(',', list.Select(v => v!.ToJsonString())) : value.ToString();

    /// <summary>Another value that the key takes.</summary>
    private static JsonNode Another(JsonNode value, PresetKey key) => value.GetValueKind() switch
    {
        JsonValueKind.True or JsonValueKind.False => !value.GetValue<bool>(),
        JsonValueKind.Number => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) + 1,
        JsonValueKind.Array => new JsonArray([.. value.AsArray().Select(v => v!.DeepClone()), 99]),
        _ when key.Expected == "text" => value.GetValue<string>() + " 2",
        _ => key.Expected.Split(", ").SelectMany(part => part.Split(" or ")).First(name => name != value.GetValue<string>()),
    };
}
