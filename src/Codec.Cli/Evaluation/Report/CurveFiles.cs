using System.Text;
using NetVips;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>The charts of an evaluation, and the files that hold them.</summary>
internal static class CurveFiles
{
    /// <summary>A chart a measure, with its file's name without extension.</summary>
    public static IReadOnlyList<(string File, RateChart Chart)> Charts(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        (string File, QualityMeasure Measure)[] charts =
        [
            ("psnr", QualityMeasure.PsnrRgb),
            ("ms-ssim", QualityMeasure.MsSsimLuma),
            ("psnr-luma", QualityMeasure.PsnrLuma),
            ("ms-ssim-rgb", QualityMeasure.MsSsimRgb),
        ];
        return [.. charts.Select(c => (c.File, Chart(result, c.Measure)))];
    }

    /// <summary>An SVG picture as PNG, or <c>null</c> where this build of libvips or this system cannot draw it with its text.</summary>
    public static byte[]? ToPng(string svg)
    {
        try
        {
            using var loader = Codecs.OwnLoader.Svg();
            using var text = Image.Text("0");
            using var picture = Image.SvgloadBuffer(Encoding.UTF8.GetBytes(svg));
            using var opaque = picture.HasAlpha() ? picture.Flatten([255]) : picture.Copy();
            return opaque.PngsaveBuffer(compression: 9, keep: Enums.ForeignKeep.None);
        }
        catch (VipsException)
        {
            // No SVG loader, or no font on the system: curves without figures would say nothing.
            return null;
        }
    }

    private static RateChart Chart(EvaluationResult result, QualityMeasure measure) => new()
    {
        Title = $"{measure.Name} over {result.Pictures.Count} {(result.Pictures.Count == 1 ? "picture" : "pictures")}",
        Unit = "dB",
        Curves = [.. result.All.Select(codec => Curve(result, codec, measure))],
    };

    private static ChartCurve Curve(EvaluationResult result, CodecResult codec, QualityMeasure measure) => new(
        codec.Codec.Name,
        Palette.Of(result, codec),
        codec.Codec is Codecs.HalvedCodec,
        [.. codec.Settings.Select(s => new ChartPoint(s.BitsPerPixel, measure.Of(s.Quality), Reporting.Numbers.Text($"{codec.Codec.Name} {s.Label}: {s.BitsPerPixel:0.000} bits/pixel, {measure.Of(s.Quality):0.00} dB")))]);
}
