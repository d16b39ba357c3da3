using NetVips;
using VqVae.Reporting;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>
/// A picture of how often codes are chosen, a pixel a cell: colour is the choices' share against an even share on a logarithmic scale, and what
/// was never chosen has a colour of its own. As a PNG in the page, thousands of cells take a few kilobytes.
/// </summary>
internal sealed class HeatMap
{
    /// <summary>The scale ends at this many times an even share, and at one of so many parts of it.</summary>
    public const double Range = 256;

    /// <summary>From rare to frequent: dark to light, of nearly even steps in lightness, and readable with every kind of colour vision.</summary>
    private static readonly (double R, double G, double B)[] Colors =
        [(48, 18, 92), (62, 62, 140), (45, 105, 148), (33, 145, 140), (56, 181, 119), (148, 214, 66), (253, 231, 55)];

    private readonly byte[] _levels;

    /// <summary>An empty map: nothing chosen.</summary>
    public HeatMap(int columns, int rows)
    {
        (Columns, Rows) = (columns, rows);
        _levels = new byte[columns * rows];
    }

    /// <summary>Cells a row.</summary>
    public int Columns { get; }

    /// <summary>Rows of cells.</summary>
    public int Rows { get; }

    /// <summary>The colour of what was never chosen, as CSS.</summary>
    public static string UnusedColor => "rgb(214,62,62)";

    /// <summary>The scale from rare to frequent as CSS.</summary>
    public static string ScaleColors => string.Join(',', Colors.Select(c => Numbers.Text($"rgb({c.R},{c.G},{c.B})")));

    /// <summary>Sets a cell.</summary>
    /// <param name="column">From the left.</param>
    /// <param name="row">From the top.</param>
    /// <param name="ratio">Its share of the choices against an even share; 0 for never chosen.</param>
    public void Set(int column, int row, double ratio) =>
        _levels[(row * Columns) + column] = ratio <= 0 ? (byte)0 : (byte)(1 + Math.Round(254 * Math.Clamp((Math.Log(ratio, Range) + 1) / 2, 0, 1)));

    /// <summary>The levels in base64, row by row: 0 is never, 1 to 255 the scale.</summary>
    public string Levels() => Convert.ToBase64String(_levels);

    /// <summary>The picture as a data URI.</summary>
    /// <exception cref="VipsException">libvips cannot write it.</exception>
    public string ToDataUri()
    {
        var pixels = new byte[3 * _levels.Length];
        for (var i = 0; i < _levels.Length; i++)
        {
            var (r, g, b) = Color(_levels[i]);
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (r, g, b);
        }

        return "data:image/png;base64," + Convert.ToBase64String(VipsImages.Encode(pixels, Columns, Rows, srgb => srgb.PngsaveBuffer(compression: 9)));
    }

    private static (byte R, byte G, byte B) Color(byte level)
    {
        if (level == 0) return (214, 62, 62);
        var at = (level - 1) / 254.0 * (Colors.Length - 1);
        var first = Math.Min((int)at, Colors.Length - 2);
        byte Mix(double a, double b) => (byte)Math.Round(a + ((b - a) * (at - first)));
        var (low, high) = (Colors[first], Colors[first + 1]);
        return (Mix(low.R, high.R), Mix(low.G, high.G), Mix(low.B, high.B));
    }
}
