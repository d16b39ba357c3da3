namespace VqVae.Runtime;

/// <summary>What a direction needs of its windows.</summary>
internal readonly record struct WindowNeeds
{
    /// <summary>The multiple that starts and sizes have: the model's largest stride.</summary>
    public required int Alignment { get; init; }

    /// <summary>Pixels that a window must see beyond its core on interior edges; a multiple of <see cref="Alignment"/>.</summary>
    public required int Halo { get; init; }

    /// <summary>Bytes that a window takes for each of its pixels.</summary>
    public required double BytesPerPixel { get; init; }

    /// <summary>Bytes that a row of windows takes for each row of pixels.</summary>
    public required long BytesPerRow { get; init; }

    /// <summary>Bytes that are taken whatever the windows are.</summary>
    public required long FixedBytes { get; init; }

    /// <summary>Bytes with windows of a size.</summary>
    public long Memory(long width, long height) =>
        (long)Math.Min(long.MaxValue / 2, Math.Ceiling((BytesPerPixel * width * height) + ((double)BytesPerRow * height) + FixedBytes));
}
