namespace VqVae.Samples.WebApi.Endpoints;

/// <summary>A picture that was compressed and is kept.</summary>
internal sealed record CompressedImage
{
    /// <summary>32 hexadecimal digits: the first half of the SHA-256 of the file.</summary>
    public required string Id { get; init; }

    /// <summary>Where the file is.</summary>
    public required string Vq { get; init; }

    /// <summary>Where the picture is, decompressed to PNG; takes <c>region</c> and <c>w</c>.</summary>
    public required string Png { get; init; }

    /// <summary>The picture's width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>The picture's height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Bytes of the picture that was uploaded.</summary>
    public required long UploadedBytes { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>8 · bytes / (width · height).</summary>
    public required double BitsPerPixel { get; init; }

    /// <summary>The model that the file was made with, by its id: 16 hexadecimal digits.</summary>
    public required string Model { get; init; }
}
