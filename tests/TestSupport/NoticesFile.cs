namespace VqVae.TestSupport;

/// <summary>A <c>THIRD-PARTY-NOTICES.txt</c> that the build wrote: the packages it names and what it says of each.</summary>
public sealed class NoticesFile
{
    public const string Name = "THIRD-PARTY-NOTICES.txt";

    private static readonly string Rule = $"\n{new string('=', 80)}\n";

    private readonly string _text;

    public NoticesFile(string text)
    {
        _text = text;
        var head = text[..Math.Max(text.IndexOf(Rule, StringComparison.Ordinal), 0)];
        Packages = [.. head.Split('\n').Where(l => l.StartsWith("  ", StringComparison.Ordinal)).Select(l => l.Trim())];
    }

    /// <summary>The packages as the file's beginning lists them, <c>ID VERSION</c>.</summary>
    public IReadOnlyList<string> Packages { get; }

    /// <summary>The packages' ids alone.</summary>
    public IEnumerable<string> Ids => Packages.Select(p => p.Split(' ')[0]);

    /// <summary>What the file says of a package, from its title to the next package's.</summary>
    /// <param name="id">The package's id.</param>
    /// <exception cref="InvalidDataException">It has no section, or two.</exception>
    public string Section(string id)
    {
        var at = Packages.Select((p, i) => (Package: p, Index: i)).Where(p => p.Package.StartsWith(id + " ", StringComparison.Ordinal)).Select(p => p.Index).ToList();
        if (at.Count != 1) throw new InvalidDataException($"{at.Count} packages {id} among {string.Join(", ", Packages)}");
        var start = Start(at[0]);
        return _text[start..(at[0] + 1 < Packages.Count ? Start(at[0] + 1) : _text.Length)];
    }

    private int Start(int package)
    {
        var title = $"{Rule}{Packages[package]}\n";
        var start = _text.IndexOf(title, StringComparison.Ordinal);
        if (start < 0 || _text.IndexOf(title, start + 1, StringComparison.Ordinal) >= 0) throw new InvalidDataException($"no section of its own for {Packages[package]}");
        return start;
    }
}
