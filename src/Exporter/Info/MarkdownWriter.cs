using System.Text;

namespace VqVae.Exporter.Info;

/// <summary>Writes headings, paragraphs and tables.</summary>
internal sealed class MarkdownWriter
{
    private readonly StringBuilder _text = new();

    public void Heading(int level, string text) => Block($"{new string('#', level)} {Inline(text)}\n");

    public void Paragraph(string text) => Block(Inline(text) + "\n");

    /// <summary>A table; columns whose head ends in a colon are aligned right.</summary>
    public void Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new StringBuilder();
        Row(table, [.. heads.Select(h => h.TrimEnd(':'))]);
        Row(table, [.. heads.Select(h => h.EndsWith(':') ? "---:" : "---")]);
        foreach (var row in rows) Row(table, row);
        Block(table.ToString());
    }

    public override string ToString() => _text.ToString();

    private static void Row(StringBuilder table, IReadOnlyList<string> cells)
    {
        table.Append('|');
        foreach (var cell in cells) table.Append(' ').Append(Inline(cell).Replace("|", "\\|", StringComparison.Ordinal)).Append(" |");
        table.Append('\n');
    }

    /// <summary>Blocks are separated by an empty line.</summary>
    private void Block(string text)
    {
        if (_text.Length > 0) _text.Append('\n');
        _text.Append(text);
    }

    /// <summary>Names and licences come from files: they may not start a line of their own.</summary>
    private static string Inline(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
