using VqVae.Codec.Cli.Evaluation.Curves;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>All that an evaluation has found.</summary>
internal sealed record EvaluationResult
{
    /// <summary>The folder's own name: where it lies is nobody's business whom the report is shown.</summary>
    public required string Data { get; init; }

    /// <summary>The pictures.</summary>
    public required IReadOnlyList<EvaluatedPicture> Pictures { get; init; }

    /// <summary>What was left out.</summary>
    public required IReadOnlyList<SkippedPicture> Skipped { get; init; }

    /// <summary>Codecs that were asked for and cannot be measured here, and why.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>The model that is judged.</summary>
    public required CodecResult Tested { get; init; }

    /// <summary>The classical codecs; each at half size after itself, where it does not reach the model's smallest files.</summary>
    public required IReadOnlyList<CodecResult> Classical { get; init; }

    /// <summary>The setting of the model whose pictures are shown, and at which codecs are compared picture by picture: its place among the settings.</summary>
    public required int Shown { get; init; }

    /// <summary>Threads that each codec had while it was timed.</summary>
    public required int Threads { get; init; }

    /// <summary>Pictures that were timed.</summary>
    public required int TimedPictures { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The model, then the others.</summary>
    public IEnumerable<CodecResult> All => Classical.Prepend(Tested);

    /// <summary>The model's bits against a classical codec's, as <see cref="BjontegaardDelta.Of"/> has it.</summary>
    public BjontegaardDelta? Delta(CodecResult classical, QualityMeasure measure)
    {
        ArgumentNullException.ThrowIfNull(classical);
        return BjontegaardDelta.Of(classical.Curve(measure), Tested.Curve(measure));
    }

    /// <summary>
    /// How many dB of PSNR the best classical codec is ahead of the model on a picture, at the size of the model's file; below zero where the model is ahead.
    /// </summary>
    /// <returns><c>null</c> where no classical codec was measured at that size.</returns>
    public (double Loss, CodecResult Best)? Loss(int picture)
    {
        var own = Tested.Settings[Shown].Pictures[picture];
        (double Loss, CodecResult Best)? worst = null;
        foreach (var codec in Classical)
        {
            if (codec.PsnrAt(picture, own.Bytes) is not { } psnr) continue;
            if (worst is null || psnr - own.Quality.PsnrRgb > worst.Value.Loss) worst = (psnr - own.Quality.PsnrRgb, codec);
        }

        return worst;
    }

    /// <summary>The pictures by <see cref="Loss"/>, worst first; those without one last.</summary>
    public IReadOnlyList<int> WorstFirst() => [.. Enumerable.Range(0, Pictures.Count).OrderByDescending(i => Loss(i)?.Loss ?? double.NegativeInfinity).ThenBy(i => i)];
}
