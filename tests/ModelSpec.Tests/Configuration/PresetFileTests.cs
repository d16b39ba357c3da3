using System.Text;
using System.Text.RegularExpressions;
using VqVae.TestSupport;

namespace VqVae.Models.Tests.Configuration;

public class PresetFileTests
{
    [Fact]
    public void Parse_CommentsTrailingCommasByteOrderMarkAndDottedKeys_AreTaken()
    {
        var file = Parse("\uFEFF{\n  // fewer codes\n  \"model\": { \"codes\": 256, /* and */ \"stages\": 2, },\n  \"training.flip\": false,\n}\n");
        Assert.Equal(["model.codes", "model.stages", "training.flip"], file.Values.Keys);
        Assert.False(file.IsWhole);
    }

    [Fact]
    public void IsWhole_OfAPresetWithAnyKeyLeftOut_IsFalseUnlessItMayBe()
    {
        foreach (var preset in Preset.All)
        {
            var json = preset.ToJson();
            Assert.True(Parse(json).IsWhole);
            foreach (var key in PresetKey.All.Where(k => k.IsRequired))
            {
                // A key on a line of its own, which is what the comment removes.
                var without = json.Replace($"\"{key.Name}\":", $"// \"{key.Name}\":", StringComparison.Ordinal);
                if (without == json || key.Section.Length == 0 || !json.Contains($"\n    \"{key.Name}\"", StringComparison.Ordinal)) continue;
                Assert.False(Parse(without).IsWhole, key.Path);
            }
        }
    }

    [Theory]
    [InlineData("", "line 1, column 1")]
    [InlineData("[]", "line 1, column 1: expected an object")]
    [InlineData("7", "line 1, column 1: expected an object")]
    [InlineData("{", "line 1")]
    [InlineData("{} {}", "line 1, column 4")]
    [InlineData("{\n  \"model\": {\n    \"cods\": 5\n  }\n}", "line 3, column 5: there is no key 'model.cods'; did you mean 'model.codes'?")]
    [InlineData("{ \"codes\": 5 }", "line 1, column 3: there is no key 'codes'; did you mean 'model.codes'?")]
    [InlineData("{ \"model\": { \"steps\": 5 } }", "there is no key 'model.steps'; did you mean 'training.steps'?")]
    [InlineData("{ \"trainin\": { \"steps\": 5 } }", "there is no key 'trainin'")]
    [InlineData("{ \"traning.lr\": 5 }", "there is no key 'traning.lr'; 'trainer presets keys' lists all")]
    [InlineData("{ \"model\": 5 }", "line 1, column 12: model: expected an object")]
    [InlineData("{ \"model\": null }", "line 1, column 12: model: expected an object")]
    [InlineData("{ \"model\": { \"model\": { } } }", "there is no key 'model.model'")]
    [InlineData("{ \"description\": \"ü\", \"model\": { \"codes\": \"256\" } }", "line 1, column 43: model.codes: expected a whole number, got \"256\"")]
    [InlineData("{ \"model\": { \"codes\": 1.5 } }", "model.codes: expected a whole number, got 1.5")]
    [InlineData("{ \"model\": { \"codes\": 99999999999 } }", "model.codes: expected a whole number")]
    [InlineData("{ \"model\": { \"codes\": null } }", "model.codes: expected a whole number, got null")]
    [InlineData("{ \"model\": { \"codes\": {\"a\": 1} } }", "model.codes: expected a whole number")]
    [InlineData("{ \"model\": { \"groups\": 5 } }", "model.groups: expected whole numbers such as 1,2,3, or null, got 5")]
    [InlineData("{ \"model\": { \"groups\": [0, 1.5] } }", "model.groups: expected whole numbers")]
    [InlineData("{ \"model\": { \"groups\": [0, null] } }", "model.groups: expected whole numbers")]
    [InlineData("{ \"model\": { \"architecture\": \"KLT\" } }", "model.architecture: expected vqvae, klt, vqvae2 or luma_chroma, got \"KLT\"")]
    [InlineData("{ \"model\": { \"architecture\": 1 } }", "model.architecture: expected vqvae")]
    [InlineData("{ \"training\": { \"flip\": \"yes\" } }", "training.flip: expected true or false, got \"yes\"")]
    [InlineData("{ \"name\": null }", "name: expected text, got null")]
    [InlineData("{ \"name\": \"a\", \"name\": \"b\" }", "line 1, column 16: the key 'name' is there twice")]
    [InlineData("{ \"model.codes\": 5, \"model\": { \"codes\": 5 } }", "the key 'model.codes' is there twice")]
    [InlineData("{ \"\\ud800\": 5 }", "line 1, column 3: the text is not valid Unicode")]
    [InlineData("{ \"training\": { \"precision\": \"\\ud800\" } }", "the text is not valid Unicode")]
    public void Parse_NotSettings_SaysWhereAndWhatIsExpected(string json, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => Parse(json));
        Assert.StartsWith("'mine.json', line ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Parse_EveryPrefixOfAPreset_IsRefused()
    {
        var json = Encoding.UTF8.GetBytes(Preset.Small.ToJson());
        for (var length = 0; length < json.Length; length++)
        {
            var part = json[..length];
            Assert.Throws<ArgumentException>(() => PresetFile.Parse(part, "mine.json"));
        }
    }

    [Fact]
    public void Parse_NestedTooDeep_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Parse("{\"model\": {\"groups\": " + new string('[', 50_000)));

    [Fact]
    public void Load_NoFileEmptyOrHuge_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not exist", Assert.Throws<FileNotFoundException>(() => PresetFile.Load(folder["none.json"])).Message, StringComparison.Ordinal);
        File.WriteAllText(folder["empty.json"], "");
        Assert.Contains("empty.json", Assert.Throws<ArgumentException>(() => PresetFile.Load(folder["empty.json"])).Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder["huge.json"], new byte[PresetFile.MaxBytes + 1]);
        Assert.Contains("at most", Assert.Throws<ArgumentException>(() => PresetFile.Load(folder["huge.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromJson_PartOfAPreset_NamesWhatIsMissing()
    {
        var error = Assert.Throws<ArgumentException>(() => Preset.FromJson("{ \"name\": \"a\", \"description\": \"b\" }"u8, "mine.json"));
        Assert.Equal("'mine.json': the key 'model.architecture' is missing", error.Message);
    }

    [Fact]
    public void Parse_TheGuidesExamples_AreSettingsThatCanBe()
    {
        var guide = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "training.md")).ReplaceLineEndings("\n");
        var blocks = Regex.Matches(guide, "^```json\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.NotEmpty(blocks);
        foreach (Match block in blocks)
        {
            var builder = new PresetBuilder(Preset.Small);
            builder.Apply(Parse(block.Groups[1].Value));
            var preset = builder.Build();
            Assert.NotEqual(Preset.Small, preset);
            preset.Model.Validate();
            preset.Training.Validate(preset.Model);
        }
    }

    private static PresetFile Parse(string json) => PresetFile.Parse(Encoding.UTF8.GetBytes(json), "mine.json");
}
