namespace VqVae.Models;

/// <summary>How far a model's networks look beyond what they compute: what a part of an image needs around it to be coded like the whole.</summary>
/// <param name="Encoder">
/// Pixels on each side of a block of <see cref="ModelSpec.LargestStride"/> pixels, at a multiple of it, that the block's indices depend on.
/// </param>
/// <param name="Decoder">
/// Pixels on each side of such a block whose indices the block's pixels depend on: a multiple of the largest stride.
/// </param>
/// <remarks>Both are exact: what lies further away has no influence at all, as no layer looks at the image as a whole.</remarks>
public readonly record struct ReceptiveField(int Encoder, int Decoder)
{
    /// <summary>Follows the layers of the model's architecture.</summary>
    /// <exception cref="ArgumentException">The spec describes no model.</exception>
    public static ReceptiveField Of(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        spec.Validate();
        var (encoder, decoder) = spec.Architecture == Architecture.Klt ? Klt(spec) : VqVae(spec);
        var stride = spec.LargestStride;
        return new ReceptiveField(
            Math.Max(-encoder.First, encoder.Last - (stride - 1)),
            Math.Max(-decoder.First, decoder.Last) * stride);
    }

    /// <summary>For the encoder the pixels that position 0 depends on; for the decoder the positions that the pixels of position 0 depend on.</summary>
    private static (Reach Encoder, Reach Decoder) Klt(ModelSpec spec)
    {
        var encoder = new Reach(0, 0).Convs(2 * spec.EncoderBlocks, 3).Conv(spec.Stride, spec.Stride);

        // Stem, blocks and head at half resolution, then the stem and the blocks of the trunk.
        var decoder = new Reach(0, spec.Stride - 1)
            .Upsample(2)
            .Convs(2 + (2 * spec.RefineBlocks), 3)
            .Upsample(spec.Stride / 2)
            .Convs(1 + (2 * spec.DecoderBlocks), 3);
        return (encoder, decoder);
    }

    private static (Reach Encoder, Reach Decoder) VqVae(ModelSpec spec)
    {
        // A block's second convolution is 1×1.
        var depth = int.Log2(spec.Stride);
        var encoder = new Reach(0, 0).Convs(spec.EncoderBlocks, 3);
        var decoder = new Reach(0, spec.Stride - 1);
        for (var i = 0; i < depth; i++)
        {
            encoder = encoder.Conv(4, 2);
            decoder = decoder.ConvTranspose(4, 2);
        }

        return (encoder, decoder.Convs(spec.DecoderBlocks, 3));
    }
}
