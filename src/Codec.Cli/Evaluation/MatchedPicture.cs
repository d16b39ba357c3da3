using VqVae.Codec.Cli.Evaluation.Codecs;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>A version of a picture for the page.</summary>
/// <param name="Key">Which version: <c>original</c>, <c>vq</c> or the classical codec's key.</param>
/// <param name="Content">A file that browsers show.</param>
/// <param name="MediaType">Its media type.</param>
internal sealed record ShownVersion(string Key, byte[] Content, string MediaType)
{
    /// <summary>The codec; <c>null</c> for the original.</summary>
    public IStillCodec? Codec { get; init; }

    /// <summary>The setting.</summary>
    public string Label { get; init; } = "";

    /// <summary>Size of the codec's whole file, which is not always what the page holds.</summary>
    public long Bytes { get; init; }

    /// <summary>PSNR of RGB in dB.</summary>
    public double Psnr { get; init; }

    /// <summary>MS-SSIM of luma.</summary>
    public double MsSsim { get; init; }
}

/// <summary>A picture for the page: the original, the model's version, and the classical codecs' versions of about the same size.</summary>
/// <param name="Index">The picture's place among the pictures.</param>
/// <param name="Width">Pixels that are shown: the whole picture, or a part of a large one.</param>
/// <param name="Height">Pixels that are shown.</param>
/// <param name="Versions">The original first, then the model's.</param>
internal sealed record MatchedPicture(int Index, int Width, int Height, IReadOnlyList<ShownVersion> Versions)
{
    /// <summary>Bytes of all versions.</summary>
    public long Bytes => Versions.Sum(v => v.Content.LongLength);
}
