using VqVae.Codec.Cli.Evaluation.Metrics;
using VqVae.Reporting;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>The tables: picture by picture, and setting by setting.</summary>
internal static class FiguresSection
{
    public static void AddTo(HtmlBuilder html, EvaluationResult result)
    {
        AddPictures(html, result);
        foreach (var codec in result.All) AddSettings(html, result, codec);
    }

    private static void AddPictures(HtmlBuilder html, EvaluationResult result)
    {
        var setting = result.Tested.Settings[result.Shown];
        html.Add($"<details open=\"open\"><summary>Picture by picture, at the model’s setting «{setting.Label}»</summary><p class=\"soft\">The classical codecs’ PSNR is that at the size of the model’s file, between their measured sizes (piecewise cubic over the logarithm of the size); – where they were not measured at that size.</p>");
        html.Raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">picture</th><th scope=\"col\" class=\"n\">size</th><th scope=\"col\" class=\"n\">bytes</th><th scope=\"col\" class=\"n\">bits/pixel</th><th scope=\"col\" class=\"n\">PSNR</th><th scope=\"col\" class=\"n\">MS-SSIM luma</th>");
        foreach (var codec in result.Classical) html.Add($"<th scope=\"col\" class=\"n\">{codec.Codec.Name}</th>");
        if (result.Classical.Count > 0) html.Raw("<th scope=\"col\" class=\"n\">model − best</th>");
        html.Raw("</tr></thead><tbody>");
        foreach (var i in result.WorstFirst())
        {
            var (picture, own) = (result.Pictures[i], setting.Pictures[i]);
            html.Add($"<tr><th scope=\"row\">{picture.Name}</th><td class=\"n\">{picture.Width}×{picture.Height}</td><td class=\"n\">{Numbers.Count(own.Bytes)}</td><td class=\"n\">{own.BitsPerPixel:0.000}</td><td class=\"n\">{own.Quality.PsnrRgb:0.00}</td><td class=\"n\">{own.Quality.MsSsimLuma:0.0000}</td>");
            foreach (var codec in result.Classical) html.Add($"<td class=\"n\">{(codec.PsnrAt(i, own.Bytes) is { } psnr ? Numbers.Text($"{psnr:0.00}") : "–")}</td>");
            if (result.Classical.Count > 0) html.Add($"<td class=\"n\">{(result.Loss(i) is { } loss ? Numbers.Text($"{-loss.Loss:+0.00;−0.00;0.00} dB") : "–")}</td>");
            html.Raw("</tr>");
        }

        html.Raw("</tbody></table></div></details>\n");
    }

    private static void AddSettings(HtmlBuilder html, EvaluationResult result, CodecResult codec)
    {
        html.Add($"<details><summary>{codec.Codec.Name}: means of {result.Pictures.Count} {(result.Pictures.Count == 1 ? "picture" : "pictures")}</summary><div class=\"scroll\"><table><thead><tr><th scope=\"col\">setting</th>");
        foreach (var heading in (string[])["bits/pixel", "PSNR", "PSNR luma", "SSIM", "SSIM luma", "MS-SSIM", "MS-SSIM luma", "in dB"]) html.Add($"<th scope=\"col\" class=\"n\">{heading}</th>");
        html.Raw("</tr></thead><tbody>");
        foreach (var setting in codec.Settings)
        {
            var q = setting.Quality;
            html.Add($"<tr><th scope=\"row\">{setting.Label}</th><td class=\"n\">{setting.BitsPerPixel:0.0000}</td><td class=\"n\">{q.PsnrRgb:0.00}</td><td class=\"n\">{q.PsnrLuma:0.00}</td><td class=\"n\">{q.SsimRgb:0.0000}</td><td class=\"n\">{q.SsimLuma:0.0000}</td><td class=\"n\">{q.MsSsimRgb:0.0000}</td><td class=\"n\">{q.MsSsimLuma:0.0000}</td><td class=\"n\">{MsSsim.Decibels(q.MsSsimLuma):0.00}</td></tr>");
        }

        html.Raw("</tbody></table></div></details>\n");
    }
}
