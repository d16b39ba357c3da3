namespace VqVae.Codec.Cli.Evaluation;

/// <summary>A picture that codecs are measured on.</summary>
/// <param name="Name">Its path inside the folder.</param>
/// <param name="Path">Its path.</param>
/// <param name="Width">Pixels, upright.</param>
/// <param name="Height">Pixels, upright.</param>
internal sealed record EvaluatedPicture(string Name, string Path, int Width, int Height)
{
    /// <summary>Pixels.</summary>
    public long Pixels => (long)Width * Height;
}

/// <summary>A picture that was left out, and why.</summary>
/// <param name="Name">Its path inside the folder.</param>
/// <param name="Reason">One line.</param>
internal sealed record SkippedPicture(string Name, string Reason);
