using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>What the header of a <c>.vq</c> file says.</summary>
public sealed record VqInfo
{
    /// <summary>Version of the file format: 1.</summary>
    public required int Version { get; init; }

    /// <summary>The image's width in pixels, 1 to <see cref="VqLimits.MaxSide"/>.</summary>
    public required int Width { get; init; }

    /// <summary>The image's height in pixels, 1 to <see cref="VqLimits.MaxSide"/>.</summary>
    public required int Height { get; init; }

    /// <summary>The format that decompressing gives.</summary>
    public required PixelFormat Format { get; init; }

    /// <summary>The model that the file was made with; every model of this id decodes it, no other does.</summary>
    public required ModelId ModelId { get; init; }

    /// <summary>Which of the model's sets of codebooks was used; 0 where there is one.</summary>
    public required int RatePoint { get; init; }

    /// <summary>Stages in the file, 1 to 255.</summary>
    public required int Stages { get; init; }

    /// <summary>Whether the file has an alpha channel; decompressing then gives a format with alpha.</summary>
    public bool HasAlpha { get; init; }

    /// <summary>How the indices are coded.</summary>
    public required VqEntropyMode EntropyMode { get; init; }
}
