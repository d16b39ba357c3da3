using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace VqVae.Reporting;

/// <summary>
/// Collects markup. What stands in the holes of an interpolated string is text and escaped, so that no name from a file becomes markup;
/// numbers are written invariantly. The result is HTML that an XML parser reads too.
/// </summary>
internal sealed class HtmlBuilder
{
    /// <summary>Characters that stand for themselves everywhere.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create(" !#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private readonly StringBuilder _text = new();

    /// <summary>Characters so far.</summary>
    public int Length => _text.Length;

    /// <summary>Adds <c>$"markup with {text}"</c>.</summary>
    public void Add(Markup markup) => _text.Append(markup.Text);

    /// <summary>Adds markup as it is: never what comes from a file.</summary>
    public void Raw(string markup) => _text.Append(markup);

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static void Escape(StringBuilder target, ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyExcept(Plain))
        {
            target.Append(text);
            return;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            // Half a surrogate pair comes as U+FFFD. Control characters have no place in HTML, and none in XML.
            _ = rune.Value switch
            {
                '&' => target.Append("&amp;"),
                '<' => target.Append("&lt;"),
                '>' => target.Append("&gt;"),
                '"' => target.Append("&quot;"),
                '\'' => target.Append("&#39;"),
                '\t' or '\n' or '\r' => target.Append(' '),
                < 0x20 or (>= 0x7F and < 0xA0) or 0xFFFE or 0xFFFF => target.Append('\uFFFD'),
                < 0x10000 => target.Append((char)rune.Value),
                _ => target.Append(rune.ToString()),
            };
        }
    }

    /// <summary>What the compiler hands the pieces of an interpolated string to.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Markup(int literalLength, int formattedCount)
    {
        /// <summary>The pieces so far.</summary>
        public StringBuilder Text { get; } = new(literalLength + (16 * formattedCount));

        public void AppendLiteral(string markup) => Text.Append(markup);

        public void AppendFormatted(string? text) => Escape(Text, text);

        /// <summary>Markup that was collected apart.</summary>
        public void AppendFormatted(HtmlBuilder markup) => Text.Append(markup._text);

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => Escape(Text, value.ToString(format, CultureInfo.InvariantCulture));
    }
}
