using System.Globalization;

namespace VqVae.Reporting;

/// <summary>Numbers as a person reads them, the same on every machine.</summary>
internal static class Numbers
{
    /// <summary>An interpolated text with invariant numbers.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>About four significant digits; a power of ten below 0.0001 and from a million on.</summary>
    public static string Short(double value)
    {
        if (!double.IsFinite(value)) return "–";
        var size = Math.Abs(value);
        return value == 0 ? "0" : value.ToString(
            size switch
            {
                >= 1e6 or < 1e-4 => "0.##e+0",
                >= 100 => "0.#",
                >= 10 => "0.##",
                >= 1 => "0.###",
                >= 0.1 => "0.####",
                >= 0.01 => "0.#####",
                _ => "0.######",
            },
            CultureInfo.InvariantCulture);
    }

    /// <summary>A count with its thousands apart.</summary>
    public static string Count(double value) => double.IsFinite(value) ? value.ToString("#,0", CultureInfo.InvariantCulture) : "–";

    /// <summary>A step at an axis: 500, 2k, 1.5M.</summary>
    public static string Axis(double value) => Math.Abs(value) switch
    {
        >= 1e6 => Text($"{value / 1e6:0.##}M"),
        >= 1e3 => Text($"{value / 1e3:0.##}k"),
        _ => Text($"{value:0.##}"),
    };

    /// <summary>A share as a percentage; what is not all is never rounded to 100%, nor what is not nothing to 0%.</summary>
    public static string Percent(double share)
    {
        if (!double.IsFinite(share)) return "–";
        return share switch
        {
            > 0 and < 0.001 => "< 0.1%",
            < 0.1 => Text($"{100 * share:0.#}%"),
            > 0.99 and < 1 => Text($"{Math.Floor(1000 * share) / 10:0.#}%"),
            _ => Text($"{100 * share:0}%"),
        };
    }

    /// <summary>Seconds as <c>12 s</c>, <c>3 min 20 s</c>, <c>2 h 05 min</c>.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds)) return "–";
        var span = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e10));
        if (span.TotalHours >= 1) return Text($"{(long)span.TotalHours} h {span.Minutes:00} min");
        return span.TotalMinutes >= 1 ? Text($"{span.Minutes} min {span.Seconds:00} s") : Text($"{span.TotalSeconds:0} s");
    }

    /// <summary>Names in a sentence: the first few, then how many more.</summary>
    public static string List(IReadOnlyList<string> names)
    {
        const int Shown = 4;
        if (names.Count == 1) return names[0];
        return names.Count <= Shown
            ? $"{string.Join(", ", names.Take(names.Count - 1))} and {names[^1]}"
            : Text($"{string.Join(", ", names.Take(Shown))} and {names.Count - Shown} more");
    }
}
