using System.Globalization;
using NetVips;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation.Codecs;

/// <summary>A classical codec inside libvips.</summary>
internal sealed class VipsCodec : IStillCodec
{
    /// <summary>Encodes an image at a quality.</summary>
    public required Func<Image, int, byte[]> Save { get; init; }

    /// <inheritdoc/>
    public required string Key { get; init; }

    /// <inheritdoc/>
    public required string Name { get; init; }

    /// <inheritdoc/>
    public required string Settings { get; init; }

    /// <inheritdoc/>
    public required double Cost { get; init; }

    /// <summary>Opens the loader of its files; not needed for those that users' pictures come in.</summary>
    public Func<OwnLoader>? Loader { get; init; }

    /// <summary>The media type of its files.</summary>
    public required string MediaType { get; init; }

    /// <summary>Qualities from the codec's lowest upwards, in steps of about the same ratio of sizes; those that a curve is made of.</summary>
    public required IReadOnlyList<int> Ladder { get; init; }

    /// <summary>The highest quality.</summary>
    public int Highest { get; init; } = 100;

    /// <inheritdoc/>
    public string Label(int setting) => setting.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    /// <exception cref="ImageException">libvips cannot write it.</exception>
    public byte[] Encode(VqImage picture, int setting, CancellationToken cancellationToken)
    {
        try
        {
            using var image = VipsPixels.Open(picture);
            return Save(image, setting);
        }
        catch (VipsException e)
        {
            throw new ImageException($"the {Name} cannot be written: {Vips.Reason(e)}", e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ImageException">libvips cannot read it.</exception>
    public VqImage Decode(byte[] file, int width, int height, CancellationToken cancellationToken)
    {
        try
        {
            using var loader = Loader?.Invoke();
            using var image = Image.NewFromBuffer(file);
            return VipsPixels.Read(image);
        }
        catch (VipsException e)
        {
            throw new ImageException($"the {Name} cannot be read: {Vips.Reason(e)}", e);
        }
    }
}
