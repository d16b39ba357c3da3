using NetVips;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation.Codecs;

/// <summary>
/// A classical codec below its lowest quality: the picture is shrunk to half its sides, encoded, and enlarged again after decoding, as people do who need
/// smaller files than the codec makes.
/// </summary>
internal sealed class HalvedCodec(VipsCodec codec) : IStillCodec
{
    /// <summary>The codec itself.</summary>
    public VipsCodec Inner => codec;

    /// <inheritdoc/>
    public string Key => codec.Key + "-half";

    /// <inheritdoc/>
    public string Name => codec.Name + " at half size";

    /// <inheritdoc/>
    public string Settings => $"the picture at half its width and height (Lanczos), then {codec.Name} as above; decoded and enlarged again (bicubic)";

    /// <inheritdoc/>
    public double Cost => codec.Cost / 3;

    /// <inheritdoc/>
    public string Label(int setting) => codec.Label(setting);

    /// <inheritdoc/>
    public byte[] Encode(VqImage picture, int setting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return codec.Encode(Resized(picture, (picture.Width + 1) / 2, (picture.Height + 1) / 2), setting, cancellationToken);
    }

    /// <inheritdoc/>
    public VqImage Decode(byte[] file, int width, int height, CancellationToken cancellationToken) =>
        Resized(codec.Decode(file, (width + 1) / 2, (height + 1) / 2, cancellationToken), width, height);

    private static VqImage Resized(VqImage picture, int width, int height)
    {
        try
        {
            using var image = VipsPixels.Open(picture);
            using var resized = image.Resize((double)width / picture.Width, vscale: (double)height / picture.Height, kernel: Enums.Kernel.Lanczos3);

            // Rounding may leave a row or column too many or too few.
            using var fitted = (resized.Width, resized.Height) == (width, height) ? resized.Copy() : resized.Gravity(Enums.CompassDirection.NorthWest, width, height, extend: Enums.Extend.Copy);
            return VipsPixels.Read(fitted);
        }
        catch (VipsException e)
        {
            throw new ImageException($"the picture cannot be resized: {Vips.Reason(e)}", e);
        }
    }
}
