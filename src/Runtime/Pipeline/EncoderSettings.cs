using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>What the encoder does, once options and model are put together.</summary>
/// <param name="RatePoint">The rate point.</param>
/// <param name="Stages">Leading stages that are kept.</param>
/// <param name="Lambda">Weight of the rate in the search.</param>
/// <param name="Joint">Whether codes of stages that build on each other are chosen together.</param>
/// <param name="Mode">How the indices are coded.</param>
internal readonly record struct EncoderSettings(int RatePoint, int Stages, double Lambda, bool Joint, VqEntropyMode Mode)
{
    /// <summary>Puts options and model together; with a target, the settings of the highest quality.</summary>
    /// <exception cref="ArgumentException">A value is out of its range, contradicts another, or asks for what the model lacks.</exception>
    public static EncoderSettings Of(VqCompressOptions options, ModelManifest model, CoderSet coders)
    {
        if (!Enum.IsDefined(options.Effort)) throw new ArgumentException($"effort: expected {string.Join(", ", Enum.GetNames<VqEffort>())}, got {(int)options.Effort}");
        var (ratePoint, stages, lambda) = Choose(options, model);
        var mode = options.EntropyMode ?? coders.Default(ratePoint, options.Effort);
        coders.ForWriting(mode, ratePoint);
        return new EncoderSettings(ratePoint, stages, lambda, options.Effort == VqEffort.Best, mode);
    }

    /// <summary>The same at another quality.</summary>
    public EncoderSettings At(QualityLevel level) => this with { RatePoint = level.RatePoint, Stages = level.Stages, Lambda = level.Lambda };

    private static (int RatePoint, int Stages, double Lambda) Choose(VqCompressOptions options, ModelManifest model)
    {
        var most = model.Planes.Max(p => p.Stages);
        var isExpert = options.RatePoint is not null || options.Stages is not null || options.Lambda is not null;
        if (options.Quality is { } quality)
        {
            if (quality is < 1 or > QualityMap.Highest) throw new ArgumentException($"quality: expected 1 to {QualityMap.Highest}, got {quality}");
            if (isExpert) throw new ArgumentException("quality: it stands for a rate point, a lambda and a number of stages, so none of them can be given beside it");
            if (options.Target is not null) throw new ArgumentException("quality: a target is searched among the qualities, so both cannot be given");
        }

        if (options.Target is not null && isExpert) throw new ArgumentException("target: it is searched among the qualities, so no rate point, lambda or stages can be given beside it");
        if ((options.Quality is not null || options.Target is not null) && model.Quality is null)
            throw new ArgumentException($"{(options.Target is null ? "quality" : "target")}: the model '{model.Name}' has no quality map (it was exported without calibration images); choose a rate point, lambda and stages");
        if (!isExpert && model.Quality is { } map)
        {
            var level = map[options.Target is null ? options.Quality ?? map.Default : QualityMap.Highest];
            return (level.RatePoint, level.Stages, level.Lambda);
        }

        var ratePoint = options.RatePoint ?? 0;
        if (ratePoint < 0 || ratePoint >= model.RatePoints) throw new ArgumentException($"rate point: expected 0 to the model's {model.RatePoints - 1}, got {ratePoint}");
        if (options.Stages is < 1 || options.Stages > most) throw new ArgumentException($"stages: expected 1 to the model's {most}, got {options.Stages}");
        var lambda = options.Lambda ?? model.Spec.Lambda(ratePoint);
        if (!(lambda >= 0 && lambda <= float.MaxValue)) throw new ArgumentException($"lambda: expected a finite number of 0 or more, got {lambda}");
        return (ratePoint, options.Stages ?? most, lambda);
    }
}
