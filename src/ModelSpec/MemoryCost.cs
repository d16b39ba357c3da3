namespace VqVae.Models;

/// <summary>Memory that a run of each graph takes at its peak on the CPU, in bytes per pixel, weights and input and output tensors aside.</summary>
/// <param name="Encoder">The encoder, codebook search included.</param>
/// <param name="Decoder">The decoder.</param>
/// <remarks>
/// The tensors that live at the same time are counted at every layer, and the largest sum is multiplied by what ONNX Runtime's allocator was
/// seen to add at the most, as blocks that are free again are often too small for the next layer. So it is an upper estimate: with eleven
/// models from tiny ones to <c>small</c> and <c>celeba</c>, on 1024² pixels, it was 1.2 to 2.9 times the measured peak; 1.4 and 1.5 times for
/// <c>small</c>. Images of other sizes were seen to take up to 1.22 times as much a pixel. What a CUDA device takes is not known.
/// </remarks>
public readonly record struct MemoryCost(double Encoder, double Decoder)
{
    /// <summary>Measured over counted bytes, at the most.</summary>
    private const double EncoderAllocation = 2.3;
    private const double DecoderAllocation = 1.9;

    /// <summary>RGB as bytes, as floats, and as floats of another scale.</summary>
    private const double Rgb = 3 + (2 * 3 * sizeof(float));

    /// <summary>Estimates from the layers' channels and the resolutions that they run at.</summary>
    /// <exception cref="ArgumentException">The spec describes no model.</exception>
    public static MemoryCost Of(ModelSpec spec)
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
        return new MemoryCost(
            EncoderAllocation * Math.Max(Rgb, Math.Max(encoder, spec.Latents.Max(Search))),
            DecoderAllocation * Math.Max(Rgb, decoder));
    }

    private static (double Encoder, double Decoder) Klt(ModelSpec spec)
    {
        var (hidden, latent) = (Floats(spec.Hidden, spec.Stride), Floats(spec.EmbeddingDim, spec.Stride));
        var encoder = Math.Max(Rgb + latent + hidden, latent + (3 * hidden));

        return (encoder, Refinement(spec, latent));
    }

    private static (double Encoder, double Decoder) LumaChroma(ModelSpec spec)
    {
        var (hidden, luma, chroma) = (Floats(spec.Hidden, spec.Stride), Floats(spec.EmbeddingDim, spec.Stride), Floats(spec.ChromaDim, 2 * spec.Stride));
        var latents = luma + chroma;
        var encoder = Math.Max(Rgb + latents + hidden, latents + (3 * hidden));

        // The chroma plane's linear image and its stem, before they are moved to the luma's resolution, are as large as after.
        return (encoder, Refinement(spec, latents + Floats(4 * spec.InputChannels, 2) + hidden));
    }

    private static (double Encoder, double Decoder) VqVae2(ModelSpec spec)
    {
        var (stride, latent) = (spec.Stride, Floats(spec.EmbeddingDim, spec.Stride));
        var hidden = Floats(spec.Hidden, stride);
        var first = Floats(spec.Hidden / 2, 2);
        var encoder = Math.Max(Rgb + first, Math.Max(first + hidden, (3 * hidden) + latent));
        encoder = Math.Max(encoder, hidden + (2 * Floats(spec.Hidden + spec.EmbeddingDim, stride)) + latent);

        // Transposed convolutions: input, output, and 16 columns for each position of the input.
        var decoder = (3 * hidden) + (2 * latent);
        var channels = stride == 4 ? spec.Hidden / 2 : spec.InputChannels;
        decoder = Math.Max(decoder, hidden + Floats(channels, stride / 2) + Floats(16 * channels, stride));
        if (stride == 4) decoder = Math.Max(decoder, first + Rgb + Floats(16 * spec.InputChannels, 2));
        return (encoder, decoder);
    }

    /// <summary>The decoder of two scales, beside the latents' own floats.</summary>
    private static double Refinement(ModelSpec spec, double latent)
    {
        // A residual block has its input, its inner tensor and its output; beside them lies what is added later.
        var hidden = Floats(spec.Hidden, spec.Stride);
        var image = 4 * spec.InputChannels;
        var (linear, refine) = (Floats(image, 2), Floats(spec.RefineChannels, 2));
        var expanded = hidden + linear + (2 * Floats(spec.RefineChannels - image, 2));
        return Math.Max(Math.Max(latent + linear + (3 * hidden), expanded), linear + (3 * refine));
    }

    private static (double Encoder, double Decoder) VqVae(ModelSpec spec)
    {
        var hidden = Floats(spec.Hidden, spec.Stride);
        double encoder = 3 * hidden;
        var decoder = 3 * hidden;
        for (var stride = 2; stride <= spec.Stride; stride *= 2)
        {
            // Down: input and output. Up: the same the other way, and 16 columns for each position of the input.
            var above = stride == 2 ? Rgb : Floats(spec.Hidden, stride / 2);
            var channels = stride == 2 ? spec.InputChannels : spec.Hidden;
            encoder = Math.Max(encoder, above + Floats(spec.Hidden, stride));
            decoder = Math.Max(decoder, Floats(spec.Hidden, stride) + Floats(channels, stride / 2) + Floats(16 * channels, stride));
        }

        return (encoder, decoder);
    }

    /// <summary>One stage of the search: latent, residual, costs of all codes, codes found.</summary>
    private static double Search(LatentLayout latent) =>
        (3 * Floats(latent.Dimension, latent.Plane.Stride)) + Floats(latent.Plane.Codes, latent.Plane.Stride);

    private static double Floats(int channels, int stride) => (double)sizeof(float) * channels / (stride * stride);
}
