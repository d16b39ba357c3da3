using System.Globalization;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.CommandLine;

/// <summary>How figures are printed, the same in every locale.</summary>
internal static class Figures
{
    /// <summary>A number of bytes with thousands separated.</summary>
    public static string Bytes(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>File size over pixels.</summary>
    public static string BitsPerPixel(long bytes, long pixels) => (8.0 * bytes / pixels).ToString("F3", CultureInfo.InvariantCulture);

    /// <summary>How many times smaller.</summary>
    public static string Ratio(long from, long to) => "1:" + ((double)from / to).ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>A PSNR in dB.</summary>
    public static string Decibels(double psnr) => double.IsPositiveInfinity(psnr) ? "identical" : psnr.ToString("F2", CultureInfo.InvariantCulture) + " dB";

    /// <summary>A pixel format as people call it.</summary>
    public static string Colors(PixelFormat format) => format switch
    {
        PixelFormat.Gray8 => "grey",
        PixelFormat.GrayAlpha16 => "grey with alpha",
        PixelFormat.Rgba32 => "RGB with alpha",
        _ => "RGB",
    };

    /// <summary>A value's name in small letters, as options and JSON have it.</summary>
    public static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>A number of bytes, rounded, in the unit that fits it: multiples of 1000.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 999.95 && unit < units.Length - 1; unit++) value /= 1000;
        return value.ToString(unit == 0 ? "F0" : "F1", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>Megapixels a second.</summary>
    public static string Rate(long pixels, double seconds) => (pixels / 1e6 / seconds).ToString("F2", CultureInfo.InvariantCulture) + " MP/s";

    /// <summary>A time of seconds or hours as a clock shows it.</summary>
    public static string Duration(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Min(seconds, 8.64e7));
        return span.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}:{span.Seconds:00}");
    }

    /// <summary>A duration in seconds.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture) + " s";
}
