using System.Globalization;
using System.Text;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>All measurements, a row for each codec, setting and picture (RFC 4180, but with line feeds alone).</summary>
internal static class ResultsCsv
{
    /// <summary>The first line.</summary>
    public const string Header = "codec,setting,picture,width,height,bytes,bits_per_pixel,psnr_rgb,psnr_luma,ssim_rgb,ssim_luma,ms_ssim_rgb,ms_ssim_luma";

    /// <summary>The file's text.</summary>
    public static string Of(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var csv = new StringBuilder(Header).Append('\n');
        foreach (var codec in result.All)
        {
            foreach (var setting in codec.Settings)
            {
                for (var i = 0; i < result.Pictures.Count; i++)
                {
                    var (picture, measured) = (result.Pictures[i], setting.Pictures[i]);
                    var q = measured.Quality;
                    csv.Append(Quoted(codec.Codec.Key)).Append(',').Append(Quoted(setting.Label)).Append(',').Append(Quoted(picture.Name))
                        .Append(CultureInfo.InvariantCulture, $",{picture.Width},{picture.Height},{measured.Bytes},{measured.BitsPerPixel:0.######},{q.PsnrRgb:0.####},{q.PsnrLuma:0.####},")
                        .Append(CultureInfo.InvariantCulture, $"{q.SsimRgb:0.######},{q.SsimLuma:0.######},{q.MsSsimRgb:0.######},{q.MsSsimLuma:0.######}\n");
                }
            }
        }

        return csv.ToString();
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
