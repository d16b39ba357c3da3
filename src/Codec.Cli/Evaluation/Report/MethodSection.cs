using VqVae.Reporting;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>What was compared and how, so that somebody else can do it again.</summary>
internal static class MethodSection
{
    public static void AddTo(HtmlBuilder html, EvaluationResult result)
    {
        html.Raw("<div class=\"tables\">");
        AddCard(html, "Codecs", [.. result.All.Select(c => (c.Codec.Name, c.Codec.Settings + "; settings " + string.Join(", ", c.Settings.Select(s => s.Label))))]);
        var pixels = result.Pictures.Sum(p => p.Pixels);
        AddCard(
            html,
            "Pictures",
            [
                ("folder", result.Data),
                ("measured", Numbers.Text($"{result.Pictures.Count}: {pixels / 1e6:0.0} megapixels, {Sizes(result)}")),
                ("all codecs get", "8-bit sRGB, upright; grey as RGB, transparent pictures on white"),
                .. result.Skipped.Select(s => ("left out: " + s.Name, s.Reason)),
            ]);
        AddCard(
            html,
            "Measures",
            [
                ("bits a pixel", "8 · bytes of the whole file, without metadata, over the pixels; the mean over pictures, each as much as another"),
                ("PSNR", "10·log₁₀(255² / MSE) in dB of 8-bit pixels: RGB from the squared errors of all three channels, luma of .299 R + .587 G + .114 B (BT.601, full range); the mean over pictures, in dB"),
                ("SSIM", "Wang, Bovik, Sheikh and Simoncelli 2004: Gaussian window of 11×11, σ 1.5, K₁ .01, K₂ .03, windows inside the picture, full resolution; RGB is the mean of the channels’ values"),
                ("MS-SSIM", "Wang, Simoncelli and Bovik 2003: five scales; in dB −10·log₁₀(1 − x), of the mean over pictures in curves and BD-rates"),
                ("BD-rate", "Bjøntegaard, VCEG-M33, 2001: the mean difference of the logarithms of the bits over the quality that both curves have. Printed by piecewise cubics (PCHIP), as the JCT-VC’s common test conditions have it; results.json has the original’s cubic polynomial, too"),
            ]);
        AddCard(
            html,
            "Speed",
            [
                ("timed", "wall time of the call that makes a file in memory of pixels in memory, and of the call back; reading files and measuring are not in it"),
                ("at the same time", "nothing: codecs take turns on each picture, after one round that does not count"),
                ("threads", result.Threads == 1 ? "one for each codec" : Numbers.Text($"{result.Threads} for the model and for libvips; most encoders inside libvips use one")),
                ("whole evaluation", Numbers.Duration(result.Duration.TotalSeconds)),
            ]);
        AddCard(html, "Versions and machine", [.. EvaluationEnvironment.Facts.Select(f => (f.Name.Replace('_', ' '), f.Value))]);
        AddCard(
            html,
            "The pictures on this page",
            [
                ("original and model", "as WebP of quality 92, which browsers show; figures are from the pixels themselves"),
                ("classical codecs", "the codec’s own file where it is shown whole and at full size, otherwise WebP of quality 92, too"),
            ]);
        html.Raw("</div>");
    }

    /// <summary>The sizes that there are, or the smallest and the largest of many.</summary>
    private static string Sizes(EvaluationResult result)
    {
        var sizes = result.Pictures.Select(p => (p.Width, p.Height)).Distinct().OrderBy(s => (long)s.Width * s.Height).ThenBy(s => s.Width).ToArray();
        string[] texts = [.. sizes.Select(s => $"{s.Width}×{s.Height}")];
        return texts.Length <= 3 ? Numbers.List(texts) : $"{texts[0]} to {texts[^1]}";
    }

    private static void AddCard(HtmlBuilder html, string title, IReadOnlyList<(string Name, string Value)> rows)
    {
        html.Add($"<div class=\"card\"><h3>{title}</h3><table><tbody>");
        foreach (var (name, value) in rows) html.Add($"<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>");
        html.Raw("</tbody></table></div>");
    }
}
