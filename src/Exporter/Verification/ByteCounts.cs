namespace VqVae.Exporter.Verification;

/// <summary>How the images decoded from one number of leading stages compare.</summary>
/// <param name="stages">The number of stages.</param>
internal sealed class ByteCounts(int stages)
{
    /// <summary>The number of stages.</summary>
    public int Stages => stages;

    /// <summary>All bytes.</summary>
    public long All { get; set; }

    /// <summary>Those that are equal.</summary>
    public long Equal { get; set; }

    /// <summary>Those that differ by more than <see cref="GraphVerifier.PixelTolerance"/>.</summary>
    public long Wrong { get; set; }
}
