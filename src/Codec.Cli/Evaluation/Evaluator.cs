using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Codec.Cli.Evaluation.Metrics;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>Encodes and decodes all pictures with all codecs, and measures what comes back.</summary>
/// <param name="pictures">The pictures.</param>
/// <param name="jobs">Pictures at a time.</param>
/// <param name="progress">Told of what is done.</param>
internal sealed class Evaluator(PictureSet pictures, int jobs, EvaluationProgress progress)
{
    /// <summary>A codec at half size goes on up to so many times the rate where the codec itself begins: beyond, it is of no use.</summary>
    private const double HalfSizeReach = 2;

    /// <summary>What a classical codec's curves usually take, until it is known.</summary>
    private const int UsualSettings = 6, UsualHalfSettings = 4;

    /// <summary>Announces what is to come.</summary>
    /// <param name="tested">The model.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="against">The classical codecs.</param>
    public void Plan(IStillCodec tested, int settings, IEnumerable<VipsCodec> against)
    {
        ArgumentNullException.ThrowIfNull(against);
        Plan(tested, settings);
        foreach (var codec in against)
        {
            Plan(codec, UsualSettings);
            Plan(new HalvedCodec(codec), UsualHalfSettings);
        }
    }

    /// <summary>Measures the model.</summary>
    /// <param name="codec">The model.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="cancellationToken">Stops between pictures.</param>
    public CodecResult Measure(IStillCodec codec, IReadOnlyList<int> settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(codec);
        ArgumentNullException.ThrowIfNull(settings);

        var results = settings.Select(_ => new PictureResult[pictures.Pictures.Count]).ToArray();
        Workers.Run(jobs, pictures.Pictures.Count * settings.Count, i => results[i % settings.Count][i / settings.Count] = Measure(codec, i / settings.Count, settings[i % settings.Count], cancellationToken), cancellationToken);
        return new CodecResult(codec, [.. settings.Select((setting, i) => new SettingResult(setting, codec.Label(setting), results[i])).OrderBy(s => s.BitsPerPixel)]);
    }

    /// <summary>
    /// Measures a classical codec from its lowest quality upwards, until its curve has gone beyond the model's in rate and in PSNR, and every picture's file is as large
    /// as the model's at the setting that is compared picture by picture; and, where its smallest files are larger than the model's, at half size, too.
    /// </summary>
    /// <param name="codec">The classical codec.</param>
    /// <param name="tested">What was measured of the model.</param>
    /// <param name="shown">The place of the setting that is compared picture by picture.</param>
    /// <param name="cancellationToken">Stops between pictures.</param>
    public IEnumerable<CodecResult> MeasureAgainst(VipsCodec codec, CodecResult tested, int shown, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(codec);
        ArgumentNullException.ThrowIfNull(tested);
        var (rate, psnr) = (tested.Settings.Max(s => s.BitsPerPixel), tested.Settings.Max(s => s.Quality.PsnrRgb));
        var own = tested.Settings[shown].Pictures;
        var whole = Climb(
            codec,
            codec.Ladder,
            UsualSettings,
            s => s.BitsPerPixel >= rate && s.Quality.PsnrRgb >= psnr && s.Pictures.Zip(own).All(p => p.First.Bytes >= p.Second.Bytes),
            cancellationToken);
        yield return whole;
        if (whole.LowestRate <= tested.LowestRate)
        {
            Plan(new HalvedCodec(codec), -UsualHalfSettings);
            yield break;
        }

        var enough = HalfSizeReach * whole.LowestRate;
        yield return Climb(new HalvedCodec(codec), codec.Ladder, UsualHalfSettings, s => s.BitsPerPixel >= enough, cancellationToken);
    }

    private CodecResult Climb(IStillCodec codec, IReadOnlyList<int> ladder, int planned, Func<SettingResult, bool> isEnough, CancellationToken cancellationToken)
    {
        var settings = new List<SettingResult>();
        foreach (var setting in ladder)
        {
            var results = new PictureResult[pictures.Pictures.Count];
            Workers.Run(jobs, results.Length, i => results[i] = Measure(codec, i, setting, cancellationToken), cancellationToken);
            settings.Add(new SettingResult(setting, codec.Label(setting), results));
            if (isEnough(settings[^1])) break;
        }

        Plan(codec, settings.Count - planned);
        return new CodecResult(codec, settings);
    }

    private void Plan(IStillCodec codec, int settings) => progress.Plan(codec, settings, pictures.Pictures.Count, pictures.Pixels);

    private PictureResult Measure(IStillCodec codec, int index, int setting, CancellationToken cancellationToken)
    {
        var original = pictures.Read(index, cancellationToken);
        var file = codec.Encode(original, setting, cancellationToken);
        var decoded = codec.Decode(file, original.Width, original.Height, cancellationToken);
        var pixels = pictures.Pictures[index].Pixels;
        var result = new PictureResult(file.Length, 8.0 * file.Length / pixels, PictureQuality.Measure(original, decoded));
        progress.Done(codec, pixels);
        return result;
    }
}
