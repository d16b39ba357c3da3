using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Codec.Cli.Evaluation.Curves;
using VqVae.Reporting;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>Who won, in words.</summary>
/// <param name="Headline">One sentence.</param>
/// <param name="Tone">A class of the page's style sheet: <c>good</c> where the model wins against all, <c>problem</c> where against none, <c>watch</c> between.</param>
/// <param name="Findings">What is behind it, each with a word and a tone of its own.</param>
internal sealed record Verdict(string Headline, string Tone, IReadOnlyList<(string Tone, string Badge, string Text)> Findings)
{
    /// <summary>A difference of bits below this share is called none.</summary>
    private const double Even = 1;

    /// <summary>Judges by the PSNR of RGB.</summary>
    public static Verdict Of(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var findings = new List<(string, string, string)>();
        var compared = result.Classical.Where(c => c.Codec is not HalvedCodec).Select(c => (Codec: c, Delta: result.Delta(c, QualityMeasure.PsnrRgb))).ToArray();
        foreach (var (codec, delta) in compared) findings.Add(Against(result, codec, delta));
        if (PictureByPicture(result) is { } pictures) findings.Add(pictures);
        findings.AddRange(result.Classical.Where(c => c.Codec is HalvedCodec).Select(c => Below(result, c)));

        var known = compared.Where(c => c.Delta is not null).ToArray();
        if (known.Length == 0) return new Verdict("The model was measured; there is nothing to compare it with", "note", findings);
        var wins = known.Count(c => c.Delta!.Percent < -Even);
        var losses = known.Count(c => c.Delta!.Percent > Even);
        var headline = $"At equal PSNR the model needs {Numbers.List([.. known.Select(c => Bits(c.Delta!.Percent, c.Codec.Codec.Name))])}";
        return new Verdict(headline, wins == known.Length ? "good" : losses == known.Length ? "problem" : "watch", findings);
    }

    /// <summary>A difference in words: 12% fewer bits than JPEG.</summary>
    private static string Bits(double percent, string name) => Math.Abs(percent) <= Even
        ? $"as many bits as {name}"
        : Numbers.Text($"{Math.Abs(percent):0}% {(percent < 0 ? "fewer" : "more")} bits than {name}");

    private static (string Tone, string Badge, string Text) Against(EvaluationResult result, CodecResult codec, BjontegaardDelta? delta)
    {
        if (delta is null) return ("note", "apart", $"{codec.Codec.Name} and the model have no PSNR in common: no BD-rate.");
        var structure = result.Delta(codec, QualityMeasure.MsSsimLuma) is { } other ? Numbers.Text($" At equal MS-SSIM of luma: {Bits(other.Percent, codec.Codec.Name)} (BD-rate {EvaluationTable.Percent(other.Percent)}).") : "";
        var (tone, badge) = delta.Percent < -Even ? ("good", "ahead") : delta.Percent > Even ? ("problem", "behind") : ("note", "even");
        return (tone, badge, Numbers.Text($"{Sentence(Bits(delta.Percent, codec.Codec.Name))} at equal PSNR: BD-rate {EvaluationTable.Percent(delta.Percent)} between {delta.Low:0.0} and {delta.High:0.0} dB.") + structure);
    }

    private static (string Tone, string Badge, string Text)? PictureByPicture(EvaluationResult result)
    {
        var losses = Enumerable.Range(0, result.Pictures.Count).Select(i => (Picture: result.Pictures[i].Name, Loss: result.Loss(i))).Where(l => l.Loss is not null)
            .Select(l => (l.Picture, l.Loss!.Value.Loss, l.Loss.Value.Best)).OrderByDescending(l => l.Loss).ToArray();
        if (losses.Length == 0) return null;
        var behind = losses.Count(l => l.Loss > 0);
        var setting = result.Tested.Settings[result.Shown];
        var (worst, best) = (losses[0], losses[^1]);
        var text = Numbers.Text($"Picture by picture at the model's setting «{setting.Label}» ({setting.BitsPerPixel:0.000} bits a pixel), against whichever classical codec is best on each at the same size: the model is behind on {behind} of {losses.Length}. ");
        text += worst.Loss > 0
            ? Numbers.Text($"Worst: {worst.Picture}, where {worst.Best.Codec.Name} is {worst.Loss:0.00} dB ahead. ")
            : Numbers.Text($"Least ahead: {worst.Picture}, by {-worst.Loss:0.00} dB. ");
        if (losses.Length > 1) text += best.Loss > 0 ? Numbers.Text($"Least behind: {best.Picture}, by {best.Loss:0.00} dB.") : Numbers.Text($"Best: {best.Picture}, {-best.Loss:0.00} dB ahead of {best.Best.Codec.Name}.");
        return (behind == 0 ? "good" : behind == losses.Length ? "problem" : "watch", "pictures", text);
    }

    private static (string Tone, string Badge, string Text) Below(EvaluationResult result, CodecResult half)
    {
        var inner = result.Classical.First(c => c.Codec == ((HalvedCodec)half.Codec).Inner);
        var delta = result.Delta(half, QualityMeasure.PsnrRgb);
        var text = Numbers.Text($"{inner.Codec.Name} itself makes no file below {inner.LowestRate:0.000} bits a pixel on average; the model goes down to {result.Tested.LowestRate:0.000}. At half size {inner.Codec.Name} gets to {half.LowestRate:0.000}");
        return ("note", "lowest", delta is null ? text + "." : text + Numbers.Text($", and against that the model needs {Bits(delta.Percent, "it")} at equal PSNR between {delta.Low:0.0} and {delta.High:0.0} dB."));
    }

    private static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
