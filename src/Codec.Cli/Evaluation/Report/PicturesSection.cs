using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Reporting;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>The pictures under a slider: the model's version on the right of the line, the original or a classical codec's version of the same size on its left.</summary>
internal static class PicturesSection
{
    public static void AddTo(HtmlBuilder html, EvaluationResult result, IReadOnlyList<MatchedPicture> shown)
    {
        var setting = result.Tested.Settings[result.Shown];
        html.Add($"<p>Right of the line is the model’s picture, at its setting «{setting.Label}»; left of it the original, or what a classical codec gives back from a file of about the size of the model’s, within the steps of its quality, and not larger where it can be as small. Drag the line, or focus it and use the arrow keys. The pictures on which the model does worst, by PSNR against the best classical codec at equal size, come first.</p>");
        if (shown.Count < result.Pictures.Count) html.Add($"<p class=\"notice\">{shown.Count} of {result.Pictures.Count} pictures are shown, so that the page stays small; the table below has all.</p>");
        if (shown.Any(p => (p.Width, p.Height) != (result.Pictures[p.Index].Width, result.Pictures[p.Index].Height))) html.Raw("<p class=\"notice\">Of large pictures the part with the most detail is shown.</p>");
        AddChoices(html, shown[0]);
        html.Raw("<div class=\"pairs wide-pairs\">");
        for (var i = 0; i < shown.Count; i++) AddPicture(html, result, shown[i], i + 1);
        html.Raw("</div>");
    }

    private static void AddChoices(HtmlBuilder html, MatchedPicture picture)
    {
        html.Raw("<fieldset class=\"choice\"><legend>Left of the line</legend>");
        foreach (var version in picture.Versions.Where(v => v.Key != VqStillCodec.KeyName))
        {
            var name = version.Codec is HalvedCodec half ? half.Inner.Name : version.Codec?.Name ?? "original";
            html.Add($"<label><input type=\"radio\" name=\"left\" value=\"{version.Key}\"{Checked(version.Codec is null)} /> {name}</label>");
        }

        html.Raw("</fieldset><fieldset class=\"choice\"><legend>Size</legend>");
        foreach (var (value, name) in ((string, string)[])[("fit", "fit the page"), ("1", "pixel by pixel"), ("2", "twice as large")])
            html.Add($"<label><input type=\"radio\" name=\"size\" value=\"{value}\"{Checked(value == "fit")} /> {name}</label>");
        html.Raw("</fieldset>");
    }

    /// <summary>An attribute that is markup, and not text.</summary>
    private static HtmlBuilder Checked(bool isChecked)
    {
        var attribute = new HtmlBuilder();
        if (isChecked) attribute.Raw(" checked=\"checked\"");
        return attribute;
    }

    private static void AddPicture(HtmlBuilder html, EvaluationResult result, MatchedPicture picture, int rank)
    {
        var name = result.Pictures[picture.Index].Name;
        var own = picture.Versions.First(v => v.Key == VqStillCodec.KeyName);
        html.Add($"<figure class=\"pair\"><figcaption><h3>{rank}. {name}</h3><p>{Sentence(result, picture.Index)}</p></figcaption>");
        html.Add($"<div class=\"scroll\"><div class=\"compare\" style=\"--w:{picture.Width}px;aspect-ratio:{picture.Width}/{picture.Height}\">");
        AddImage(html, own, picture, $"{name}, decoded by the model", "under");
        foreach (var version in picture.Versions.Where(v => v != own)) AddImage(html, version, picture, version.Codec is null ? $"{name}, the original" : $"{name}, decoded by {version.Codec.Name}", "original");
        html.Add($"<div class=\"line\"></div><input type=\"range\" min=\"0\" max=\"100\" value=\"50\" step=\"1\" aria-label=\"{name}: share of the left version that is shown, from the left\" /></div></div>");
        html.Raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">version</th><th scope=\"col\" class=\"n\">setting</th><th scope=\"col\" class=\"n\">bytes</th><th scope=\"col\" class=\"n\">against VQ</th><th scope=\"col\" class=\"n\">PSNR</th><th scope=\"col\" class=\"n\">MS-SSIM</th></tr></thead><tbody>");
        foreach (var version in picture.Versions.Where(v => v.Codec is not null))
        {
            var ratio = 100.0 * (version.Bytes - own.Bytes) / own.Bytes;
            var size = version == own ? "–" : Math.Abs(ratio) < 0.05 ? "same" : EvaluationTable.Percent(ratio);
            html.Add($"<tr><th scope=\"row\">{version.Codec!.Name}</th><td class=\"n\">{version.Label}</td><td class=\"n\">{Numbers.Count(version.Bytes)}</td><td class=\"n\">{size}</td><td class=\"n\">{version.Psnr:0.00} dB</td><td class=\"n\">{version.MsSsim:0.0000}</td></tr>");
        }

        html.Raw("</tbody></table></div></figure>\n");
    }

    private static void AddImage(HtmlBuilder html, ShownVersion version, MatchedPicture picture, string text, string layer)
    {
        html.Add($"<img class=\"{layer}\" data-version=\"{version.Key}\" width=\"{picture.Width}\" height=\"{picture.Height}\" alt=\"{text}\" src=\"data:{version.MediaType};base64,");
        html.Raw(Convert.ToBase64String(version.Content));
        html.Raw(layer == "original" && version.Codec is not null ? "\" hidden=\"hidden\" />" : "\" />");
    }

    private static string Sentence(EvaluationResult result, int picture) => result.Loss(picture) switch
    {
        null => "No classical codec was measured at this size.",
        ( > 0 and var loss, var best) => Numbers.Text($"{best.Codec.Name} is {loss:0.00} dB ahead at this size."),
        var (loss, best) => Numbers.Text($"The model is {-loss:0.00} dB ahead of {best.Codec.Name} at this size."),
    };
}
