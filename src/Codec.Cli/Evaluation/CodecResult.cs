using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Codec.Cli.Evaluation.Curves;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>What was measured of one codec.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Settings">Its settings, from small files to large ones.</param>
internal sealed record CodecResult(IStillCodec Codec, IReadOnlyList<SettingResult> Settings)
{
    /// <summary>How fast it is, where that was measured.</summary>
    public SpeedResult? Speed { get; init; }

    /// <summary>Mean bits a pixel of its smallest files.</summary>
    public double LowestRate => Settings.Min(s => s.BitsPerPixel);

    /// <summary>The curve of the means.</summary>
    public IReadOnlyList<CurvePoint> Curve(QualityMeasure measure) => [.. Settings.Select(s => new CurvePoint(s.BitsPerPixel, measure.Of(s.Quality)))];

    /// <summary>The curve of one picture: its PSNR over its size in bytes.</summary>
    public IReadOnlyList<CurvePoint> CurveOf(int picture) => CurvePoint.Rising(Settings.Select(s => s.Pictures[picture]).Select(p => new CurvePoint(p.Bytes, p.Quality.PsnrRgb)));

    /// <summary>The PSNR that the codec would have on a picture at a size, between its measured sizes; <c>null</c> for sizes that it was not measured at.</summary>
    public double? PsnrAt(int picture, long bytes)
    {
        var points = CurveOf(picture);
        var at = Math.Log(bytes);
        if (points.Count < 2 || bytes < points[0].Rate || bytes > points[^1].Rate) return null;
        var curve = new PiecewiseCubic(points.Select(p => Math.Log(p.Rate)), points.Select(p => p.Quality));
        return curve.At(Math.Clamp(at, curve.First, curve.Last));
    }
}
