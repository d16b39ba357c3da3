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
        var (encoder, decoder) = spec.Architecture switch
        {
            Architecture.Klt => Klt(spec),
            Architecture.VqVae2 => VqVae2(spec),
            Architecture.LumaChroma => LumaChroma(spec),
            _ => VqVae(spec),
        };
        var stride = spec.LargestStride;
        return new ReceptiveField(
            Math.Max(-encoder.First, encoder.Last - (stride - 1)),
            Math.Max(-decoder.First, decoder.Last) * stride);
    }

    /// <summary>For the encoder the pixels that position 0 depends on; for the decoder the positions that the pixels of position 0 depend on.</summary>
    private static (Reach Encoder, Reach Decoder) Klt(ModelSpec spec)
    {
        var encoder = new Reach(0, 0).Convs(2 * spec.EncoderBlocks, 3).Conv(spec.Stride, spec.Stride);

        return (encoder, Trunk(spec, spec.Stride).Convs(1, 3));
    }

    /// <summary>Positions of the decoder's stem that so many pixels depend on: stem, blocks and head at half resolution, then the blocks of the trunk.</summary>
    private static Reach Trunk(ModelSpec spec, int pixels) => new Reach(0, pixels - 1)
        .Upsample(2)
        .Convs(2 + (2 * spec.RefineBlocks), 3)
        .Upsample(spec.Stride / 2)
        .Convs(2 * spec.DecoderBlocks, 3);

    /// <summary>A block of pixels is one chroma position and two luma positions a side; what is needed of either plane counts in chroma positions.</summary>
    private static (Reach Encoder, Reach Decoder) LumaChroma(ModelSpec spec)
    {
        var encoder = new Reach(0, 1).Convs(2 * spec.EncoderBlocks, 3).Conv(spec.Stride, spec.Stride);
        var trunk = Trunk(spec, 2 * spec.Stride);
        return (encoder, trunk.Upsample(2).With(trunk.Convs(1, 3).Upsample(2)));
    }

    /// <summary>A block of pixels is one top position and two bottom positions a side; what is needed of either plane counts in top positions.</summary>
    private static (Reach Encoder, Reach Decoder) VqVae2(ModelSpec spec)
    {
        var bottom = new Reach(0, 1);
        var top = bottom.ConvTranspose(4, 2).Convs(spec.EncoderBlocks + 1, 3).With(new Reach(0, 0));
        var encoder = top.Convs(spec.EncoderBlocks + 1, 3).Conv(4, 2).With(bottom).Convs(spec.EncoderBlocks + 1, 3);
        var decoder = new Reach(0, (2 * spec.Stride) - 1);
        for (var stride = 1; stride < spec.Stride; stride *= 2)
        {
            encoder = encoder.Conv(4, 2);
            decoder = decoder.ConvTranspose(4, 2);
        }

        decoder = decoder.Convs(spec.DecoderBlocks + 1, 3);
        return (encoder, decoder.ConvTranspose(4, 2).With(decoder.Upsample(2)));
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
