using System.Text.RegularExpressions;

namespace VqVae.TestSupport;

/// <summary>A document of <c>docs/</c> as tests read it: its sections, code blocks and tables.</summary>
public sealed partial class Guide(string name)
{
    /// <summary>The whole text.</summary>
    public string Text { get; } = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", name));

    /// <summary>The text below a heading, up to the next one of its level or a higher one.</summary>
    public string Section(string heading)
    {
        var start = Text.IndexOf("\n" + heading + "\n", StringComparison.Ordinal);
        if (start < 0) throw new ArgumentException($"the document has no heading '{heading}'");
        var below = Text[(start + heading.Length + 2)..];
        var next = Regex.Match(below, $"^#{{1,{heading.IndexOf(' ', StringComparison.Ordinal)}}} ", RegexOptions.Multiline);
        return next.Success ? below[..next.Index] : below;
    }

    /// <summary>The contents of a text's C# blocks.</summary>
    public static IReadOnlyList<string> Code(string text) => [.. CodeBlock().Matches(text).Select(m => m.Groups[1].Value)];

    /// <summary>The cells of all tables of a text, headings left out.</summary>
    public static IReadOnlyList<string[]> Rows(string text) =>
        [.. TableHead().Replace(text, "").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Trim('|').Split(" | ", StringSplitOptions.TrimEntries))];

    /// <summary>Code with white space of any kind as one space, so that indentation does not matter.</summary>
    public static string Squeeze(string code) => Space().Replace(code, " ").Trim();

    [GeneratedRegex("^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^\|.*\n\|[-:| ]+\|\n", RegexOptions.Multiline)]
    private static partial Regex TableHead();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
