using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>The run in a few figures.</summary>
internal static class KeyFigures
{
    public static void AddTo(HtmlBuilder html, RunHistory history)
    {
        var metrics = history.Metrics;
        if (metrics.Rows == 0) return;
        html.Raw("<dl class=\"figures\">");
        Add(html, "Step", Numbers.Count(history.Step), history.Length is { } length ? Numbers.Text($"of {Numbers.Count(length)}, {Share(history):0%}") : "");
        var seconds = metrics["seconds"][^1];
        Add(html, "Time trained", Numbers.Duration(seconds), Left(history, seconds));
        Add(html, "Images a second", Numbers.Short(metrics["images_per_second"][^1]), Epochs(metrics["epoch"][^1]));
        if (metrics.Validated.Count == 0)
        {
            Add(html, "Training PSNR", Decibels(metrics["psnr"][^1]), "no validation yet");
        }
        else
        {
            var last = metrics.Validated[^1];
            var psnr = metrics.ValidationPsnr[^1];
            var best = metrics.Validated.MaxBy(row => psnr[row]);
            Add(html, "Validation PSNR", Decibels(psnr[last]), Numbers.Text($"{(metrics.ValidationPsnr.Count == 1 ? "" : "all stages, ")}step {Numbers.Count(metrics.Steps[last])}"));
            Add(html, "Best so far", Decibels(psnr[best]), Numbers.Text($"step {Numbers.Count(metrics.Steps[best])}"));
            if (metrics["validation_ms_ssim"][last] > 0) Add(html, "MS-SSIM", Numbers.Text($"{metrics["validation_ms_ssim"][last]:0.0000}"), "luma, all stages");
            if (metrics["validation_bpp"][last] > 0) Add(html, "Bits a pixel", Numbers.Text($"{metrics["validation_bpp"][last]:0.000}"), "before contexts");
        }

        html.Raw("</dl>");
    }

    /// <summary>Share of the run that is done; <c>null</c> where its length is not known.</summary>
    public static double? Share(RunHistory history)
    {
        if (history.Metrics.Rows == 0) return null;
        if (history.Length is { } length) return Math.Min(1, history.Step / (double)length);
        return history.Settings?.Minutes is { } minutes && history.Metrics["seconds"][^1] is var seconds && double.IsFinite(seconds) ? Math.Min(1, seconds / (60 * minutes)) : null;
    }

    private static string Left(RunHistory history, double seconds) =>
        history.Finished ? "finished" : Share(history) is > 0 and var share && double.IsFinite(seconds) ? $"about {Numbers.Duration(seconds * ((1 / share) - 1))} to go" : "";

    private static string Epochs(double epochs) => double.IsFinite(epochs) ? Numbers.Text($"{Numbers.Short(Math.Round(epochs, 2))} epochs so far") : "";

    private static string Decibels(double value) => double.IsFinite(value) ? Numbers.Text($"{value:0.00} dB") : "–";

    private static void Add(HtmlBuilder html, string name, string value, string note) =>
        html.Add($"<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>");
}
