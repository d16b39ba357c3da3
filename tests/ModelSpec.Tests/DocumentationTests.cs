using System.Text.Json;
using System.Text.RegularExpressions;
using VqVae.TestSupport;

namespace VqVae.Models.Tests;

/// <summary><c>docs/models.md</c> is the interface for weights trained elsewhere: what it lists is what the code asks for.</summary>
public partial class DocumentationTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "models.md"));

    [Theory]
    [InlineData("vqvae")]
    [InlineData("klt")]
    [InlineData("vqvae2")]
    [InlineData("luma_chroma")]
    public void Networks_EachArchitecture_ListsExactlyItsTensorsWithTheirShapes(string architecture)
    {
        var spec = Preset.All.Select(p => p.Model).First(m => m.ToJson().Contains($"\"architecture\":\"{architecture}\"", StringComparison.Ordinal));
        var documented = DocumentedShapes(Section($"### `{architecture}`"), spec);
        var convolutions = ModelTensors.For(spec).Where(t => t.Shape.Count == 4 && t.Part != ModelPart.Quantizer).ToList();

        foreach (var tensor in convolutions)
        {
            var name = Number().Replace(tensor.Name[..^".weight".Length], ".i");
            Assert.True(documented.Remove(name, out var shapes) || IsRepeated(tensor.Name), $"{name} is not documented");
            if (shapes is not null) Assert.Contains(string.Join(", ", tensor.Shape), shapes);
        }

        Assert.Empty(documented.Keys);
        foreach (var tensor in convolutions)
            Assert.Contains(ModelTensors.For(spec), t => t.Name == tensor.Name[..^"weight".Length] + "bias");
    }

    [Fact]
    public void Networks_TensorsThatAreNoConvolution_AreListed()
    {
        foreach (var spec in Preset.All.Select(p => p.Model))
            foreach (var tensor in ModelTensors.For(spec).Where(t => t.Shape.Count is 2 or 3))
                Assert.Contains($"`{PlaneName().Replace(tensor.Name, "quantizer.NAME.")}`", Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelSpec_Table_ListsEveryKey()
    {
        var section = Section("## The model spec");
        foreach (var key in JsonDocument.Parse(new ModelSpec().ToJson()).RootElement.EnumerateObject().Select(p => p.Name))
            Assert.Contains($"`{key}`", section, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelId_Fields_AreListedInOrder()
    {
        var section = Section("### The model id");
        var position = 0;
        foreach (var (key, _) in ModelId.DecoderFields(Preset.Small.Model))
        {
            var found = section.IndexOf($"`{key}`", position, StringComparison.Ordinal);
            Assert.True(found >= 0, $"{key} is missing or out of order");
            position = found;
        }
    }

    [Fact]
    public void Formats_OfAllFiles_AreNamed()
    {
        foreach (var format in new[] { Checkpoint.Format, RunFiles.ParityFormat, RunFiles.CalibrationFormat, Checkpoint.FileName, RunFiles.ParityFileName, RunFiles.CalibrationFileName })
            Assert.Contains($"`{format}`", Text, StringComparison.Ordinal);
    }

    [Fact]
    public void PyTorchExample_Spec_IsValid()
    {
        var code = Section("## Exporting weights from PyTorch");
        var start = code.IndexOf("spec = {", StringComparison.Ordinal) + "spec = ".Length;
        var json = TrailingComma().Replace(code[start..(code.IndexOf("\n}", start, StringComparison.Ordinal) + 2)], "}");
        Assert.Equal(Architecture.VqVae, ModelSpec.FromJson(json).Architecture);
    }

    /// <summary>The rows of a table of convolutions: name → the shapes that its formula gives for this model.</summary>
    private static Dictionary<string, string[]> DocumentedShapes(string section, ModelSpec spec)
    {
        var rows = new Dictionary<string, string[]>();
        foreach (Match row in Row().Matches(section))
        {
            var shape = row.Groups["shape"].Value.Split(", ");
            var first = shape.Select(d => Value(d.Split(" or ")[0], spec));
            var last = shape.Select(d => Value(d.Split(" or ")[^1], spec));
            foreach (var name in row.Groups["names"].Value.Split(", "))
                rows.Add(name.Trim('`'), [string.Join(", ", first), string.Join(", ", last)]);
        }

        return rows;
    }

    /// <summary>What one dimension's formula comes to.</summary>
    private static int Value(string formula, ModelSpec spec)
    {
        var (c, s, r) = (spec.InputChannels, spec.Stride, spec.RefineChannels);
        return formula switch
        {
            "H" => spec.Hidden,
            "D" => spec.EmbeddingDim,
            "C" => c,
            "S" => s,
            "R" => r,
            "4C" => 4 * c,
            "C · S²" => c * s * s,
            "4C · S²" => 4 * c * s * s,
            "2S" => 2 * s,
            "E" => spec.ChromaDim,
            "J" => spec.ResidualChannels,
            "H/2" => spec.Hidden / 2,
            "4H" => 4 * spec.Hidden,
            "2D" => 2 * spec.EmbeddingDim,
            "D + H" => spec.EmbeddingDim + spec.Hidden,
            "(R − 4C) · S²/4" => (r - (4 * c)) * s * s / 4,
            _ => int.Parse(formula, System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Blocks and layers after the first were seen already.</summary>
    private static bool IsRepeated(string name) => Number().Match(name) is { Success: true } match && match.Value != ".0";

    /// <summary>The text under a heading, up to the next one of the same or a higher level.</summary>
    private static string Section(string heading)
    {
        var start = Text.IndexOf("\n" + heading, StringComparison.Ordinal);
        Assert.True(start >= 0, $"there is no section '{heading}'");
        var level = heading.TakeWhile(c => c == '#').Count();
        var body = Text[(start + 1 + heading.Length)..];
        var end = Regex.Match(body, $"^#{{1,{level}}} ", RegexOptions.Multiline);
        return end.Success ? body[..end.Index] : body;
    }

    [GeneratedRegex(@"^quantizer\.[a-z]+\.(?=codebooks|code_lengths)")]
    private static partial Regex PlaneName();

    [GeneratedRegex(@"\.\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\| (?<names>`[^|]+`) \| \[(?<shape>[^\]]+)\] \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@",\s*}")]
    private static partial Regex TrailingComma();
}
