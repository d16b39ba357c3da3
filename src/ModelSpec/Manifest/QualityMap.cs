namespace VqVae.Models;

/// <summary>
/// What the qualities 1 to 100 mean for a model: settings of the encoder that the exporter chose so that PSNR rises in even steps and the file with it.
/// </summary>
public sealed record QualityMap
{
    /// <summary>The highest quality; the lowest is 1.</summary>
    public const int Highest = 100;

    /// <summary>The quality that is used where nothing else is asked for.</summary>
    public required int Default { get; init; }

    /// <summary>The settings of the qualities 1 to <see cref="Highest"/>, in their order.</summary>
    public required IReadOnlyList<QualityLevel> Levels { get; init; }

    /// <summary>The settings of a quality.</summary>
    /// <param name="quality">1 to <see cref="Highest"/>.</param>
    public QualityLevel this[int quality] => Levels[quality - 1];

    /// <summary>Checks the values against the model.</summary>
    /// <exception cref="ModelFormatException">They are not settings of the model, or a higher quality has a lower PSNR or fewer bits.</exception>
    internal void Validate(ModelManifest model)
    {
        if (Levels is not { Count: Highest } || Levels.Any(level => level is null)) throw new ModelFormatException($"quality: expected {Highest} levels, got {Levels?.Count ?? 0}");
        if (Default is < 1 or > Highest) throw new ModelFormatException($"quality: expected a default from 1 to {Highest}, got {Default}");
        var most = model.Planes.Max(plane => plane.Stages);
        for (var quality = 1; quality <= Highest; quality++)
        {
            var level = this[quality];
            if (level.RatePoint < 0 || level.RatePoint >= model.RatePoints || level.Stages < 1 || level.Stages > most || !(level.Lambda >= 0 && level.Lambda <= float.MaxValue))
                throw new ModelFormatException($"quality {quality}: expected a rate point below {model.RatePoints}, 1 to {most} stages and a finite lambda of 0 or more, got {level.RatePoint}, {level.Stages} and {level.Lambda}");
            if (!double.IsFinite(level.Psnr) || !(level.BitsPerPixel > 0 && double.IsFinite(level.BitsPerPixel)))
                throw new ModelFormatException($"quality {quality}: expected a finite PSNR and bits a pixel above 0, got {level.Psnr} and {level.BitsPerPixel}");
            if (quality > 1 && (level.Psnr < this[quality - 1].Psnr || level.BitsPerPixel < this[quality - 1].BitsPerPixel))
                throw new ModelFormatException($"quality {quality}: expected no lower PSNR and no fewer bits a pixel than quality {quality - 1} has");
        }
    }
}
