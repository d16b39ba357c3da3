using System.Globalization;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Images;

/// <summary>The colour that transparent pictures are laid on.</summary>
internal readonly record struct BackgroundColor(byte R, byte G, byte B)
{
    private static readonly Dictionary<string, int> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        // The basic colours of CSS.
        ["black"] = 0x000000,
        ["silver"] = 0xc0c0c0,
        ["gray"] = 0x808080,
        ["grey"] = 0x808080,
        ["white"] = 0xffffff,
        ["maroon"] = 0x800000,
        ["red"] = 0xff0000,
        ["purple"] = 0x800080,
        ["fuchsia"] = 0xff00ff,
        ["magenta"] = 0xff00ff,
        ["green"] = 0x008000,
        ["lime"] = 0x00ff00,
        ["olive"] = 0x808000,
        ["yellow"] = 0xffff00,
        ["navy"] = 0x000080,
        ["blue"] = 0x0000ff,
        ["teal"] = 0x008080,
        ["aqua"] = 0x00ffff,
        ["cyan"] = 0x00ffff,
        ["orange"] = 0xffa500,
    };

    /// <summary>Whether the three channels are equal.</summary>
    public bool IsGrey => R == G && G == B;

    /// <summary>Parses the value of an option <c>--background</c>, or gives <c>null</c> for none.</summary>
    /// <exception cref="UsageException">The text is no colour.</exception>
    public static BackgroundColor? ParseOption(string? text)
    {
        if (text is null) return null;
        return TryParse(text, out var color)
            ? color
            : throw new UsageException($"--background: expected a colour name such as white, or #RRGGBB, got '{text}'");
    }

    /// <summary>Parses a basic CSS colour name, <c>#RRGGBB</c> or <c>#RGB</c> (the <c>#</c> may be left out: shells take it for a comment).</summary>
    public static bool TryParse(string text, out BackgroundColor color)
    {
        ArgumentNullException.ThrowIfNull(text);
        color = default;
        var digits = text.StartsWith('#') ? text[1..] : text;
        if (!Names.TryGetValue(text, out var rgb))
        {
            if (digits.Length == 3) digits = string.Concat(digits.Select(d => new string(d, 2)));
            if (digits.Length != 6 || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out rgb)) return false;
        }

        color = new BackgroundColor((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
        return true;
    }
}
