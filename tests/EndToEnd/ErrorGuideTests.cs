using System.Text.RegularExpressions;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>Messages, options and links in <c>docs/errors.md</c> are those that the programs have.</summary>
public sealed partial class ErrorGuideTests
{
    /// <summary>Letters outside of placeholders: a message of fewer would be found anywhere.</summary>
    private const int FewestLetters = 7;

    private static readonly Guide Errors = new("errors.md");

    private static readonly string[] SourceLines = [.. Directory
        .EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .SelectMany(File.ReadLines)];

    public static TheoryData<string> Messages => [.. Guide.Rows(Errors.Text).Select(row => row[0].Trim('`'))];

    [Fact]
    public void Guide_Rows_AreWhole()
    {
        var rows = Guide.Rows(Errors.Text);
        Assert.InRange(rows.Count, 40, 75);
        Assert.All(rows, row => Assert.True(row.Length == 3 && row.All(cell => cell.Length > 0), string.Join(" | ", row)));
        Assert.Equal(rows.Count, rows.Select(row => row[0]).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Guide_Message_IsInTheSources(string message)
    {
        var texts = Placeholder().Split(message).Where(text => text.Length > 0).ToList();
        Assert.True(texts.Sum(text => text.Count(char.IsLetter)) >= FewestLetters, $"'{message}' says too little to be found");

        // On a line of the source anything may stand where the guide has a placeholder, and nothing else may differ.
        var pattern = new Regex("\"[^/]*?" + string.Join(".*?", texts.Select(Regex.Escape)));
        Assert.True(Array.Exists(SourceLines, pattern.IsMatch), $"no line of the sources has the message '{message}'");
    }

    [Fact]
    public void Guide_Options_Exist()
    {
        var options = Option().Matches(Errors.Text).Select(m => m.Value).Distinct().ToList();
        Assert.True(options.Count > 20, $"{options.Count} options are fewer than there should be");
        var sources = string.Join('\n', SourceLines);
        Assert.All(options, option => Assert.Matches(Regex.Escape(option) + @"(?![\w-])", sources));
    }

    [Fact]
    public void Guide_Links_LeadToHeadings()
    {
        var links = Link().Matches(Errors.Text);
        Assert.NotEmpty(links);
        foreach (Match link in links)
        {
            var headings = Heading().Matches(new Guide(link.Groups[1].Value).Text).Select(m => NoLetter().Replace(m.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));
            Assert.True(!link.Groups[2].Success || headings.Contains(link.Groups[2].Value), link.Value);
        }
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("(?<![\\w-])--[a-z][a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex(@"\]\(([a-z-]+\.md)(?:#([^)]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    /// <summary>What GitHub leaves out of a heading's anchor.</summary>
    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoLetter();
}
