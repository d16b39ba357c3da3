using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>The run's curves over its steps.</summary>
internal static class CurvesSection
{
    public static void AddTo(HtmlBuilder html, RunHistory history)
    {
        LineChart[] charts = [.. Charts(history.Metrics).Where(c => c.HasValues)];
        if (charts.Length == 0)
        {
            html.Raw("<p class=\"notice\">There are no rows to draw.</p>");
            return;
        }

        html.Raw("<div class=\"charts\">");
        foreach (var chart in charts) chart.AddTo(html);
        html.Raw("</div>");
    }

    private static IEnumerable<LineChart> Charts(MetricsTable metrics)
    {
        var steps = metrics.Steps;
        yield return new LineChart
        {
            Title = "Losses",
            Caption = "As optimised (loss) and its parts before weighting; averages over the steps of a report, logarithmic.",
            Steps = steps,
            Logarithmic = true,
            Curves = [new("loss", metrics["loss"]), new("reconstruction", metrics["reconstruction_loss"]), new("codebook", metrics["codebook_loss"]), new("commitment", metrics["commitment_loss"])],
        };
        yield return new LineChart
        {
            Title = "Training and validation",
            Caption = "Mean squared error of pixels in [−1, 1], logarithmic. Training samples may be decoded from fewer stages; compare directions, not heights.",
            Steps = steps,
            Logarithmic = true,
            Curves = [new("training", metrics["reconstruction_loss"]), new("validation", Measured(metrics["validation_loss"]))],
        };
        yield return new LineChart
        {
            Title = "Validation PSNR",
            Caption = "In dB, 8-bit RGB, the mean over images, decoded from that many leading stages.",
            Steps = steps,
            Curves = LineChart.InOrder([.. metrics.ValidationPsnr.Select((column, i) => (i == 0 ? "1 stage" : Numbers.Text($"{i + 1} stages"), column))]),
        };
        if (metrics.Validated.Count == 0)
        {
            yield return new LineChart { Title = "Training PSNR", Caption = "In dB, of the training samples.", Steps = steps, Curves = [new("PSNR", metrics["psnr"])] };
        }

        yield return new LineChart
        {
            Title = "Validation MS-SSIM",
            Caption = "Of luma, decoded from all stages; 1 is identical.",
            Steps = steps,
            Curves = [new("MS-SSIM", Measured(metrics["validation_ms_ssim"]))],
        };
        yield return new LineChart
        {
            Title = "Rate",
            Caption = "Bits a pixel without contexts: of training by counted code lengths, of validation by the entropy of its indices. Files take less.",
            Steps = steps,
            Curves = [new("training", Measured(metrics["rate_bpp"])), new("validation", Measured(metrics["validation_bpp"]))],
        };
        yield return new LineChart { Title = "Learning rate", Caption = "Of AdamW.", Steps = steps, Curves = [new("learning rate", metrics["learning_rate"])] };
        yield return new LineChart
        {
            Title = "Gradient norm",
            Caption = "Euclidean, of all parameters together, before clipping; logarithmic.",
            Steps = steps,
            Logarithmic = true,
            Curves = [new("gradient norm", metrics["gradient_norm"])],
        };
        yield return new LineChart
        {
            Title = "Speed",
            Caption = "Training samples a second since the training was started or resumed.",
            Steps = steps,
            Curves = [new("images/s", metrics["images_per_second"])],
        };
    }

    /// <summary>The column where anything was measured: a quantity that is zero throughout was not.</summary>
    private static double[] Measured(double[] column) => column.Any(v => double.IsFinite(v) && v != 0) ? column : [.. column.Select(_ => double.NaN)];
}
