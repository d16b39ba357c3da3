using System.Globalization;

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

    /// <summary>A duration in seconds.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture) + " s";
}
