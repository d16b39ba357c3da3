namespace VqVae.Models;

/// <summary>Multiply-accumulate operations per pixel of a model's two directions.</summary>
/// <param name="Encoder">Networks and codebook search of the encoder.</param>
/// <param name="Decoder">The decoder.</param>
public readonly record struct ComputeCost(double Encoder, double Decoder)
{
    /// <summary>The codebook search alone.</summary>
    public double Search { get; private init; }

    /// <summary>The encoder's linear transform alone, where it has one: what is left of its networks while their heads are zero.</summary>
    public double LinearEncoder { get; private init; }

    /// <summary>Counts the convolutions from the tensors' shapes and the resolution that each runs at.</summary>
    public static ComputeCost Of(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var search = spec.Latents.Sum(SearchOf);
        var (encoder, linear, decoder) = (search, 0.0, 0.0);
        foreach (var tensor in ModelTensors.For(spec))
        {
            // Convolutions have four axes, and so have codebooks of several rate points, which are searched and looked up instead.
            if (tensor.Shape.Count != 4 || tensor.Part == ModelPart.Quantizer) continue;
            var macs = tensor.Shape.Aggregate(1.0, (product, n) => product * n) / (Resolution(spec, tensor.Name) * Resolution(spec, tensor.Name));
            if (tensor.Part == ModelPart.Encoder) encoder += macs;
            else decoder += macs;
            if (tensor.Part == ModelPart.Encoder && tensor.Name.EndsWith(".klt.weight", StringComparison.Ordinal)) linear += macs;
        }

        return new ComputeCost(encoder, decoder) { Search = search, LinearEncoder = linear };
    }

    /// <summary>The search of one plane: every stage compares its dimensions with every code.</summary>
    private static double SearchOf(LatentLayout latent) =>
        Enumerable.Range(0, latent.Plane.Stages).Sum(stage => (double)latent.Plane.Codes * latent.Range(stage).Length) / (latent.Plane.Stride * latent.Plane.Stride);

    /// <summary>Pixels a side for each position at which the convolution's weights are applied once.</summary>
    private static int Resolution(ModelSpec spec, string name)
    {
        if (name.StartsWith("decoder.refine.", StringComparison.Ordinal)) return 2;

        // A strided convolution applies its weights once an output position, a transposed one once an input position.
        var parts = name.Split('.');
        return (parts[0], parts[1], parts[2]) switch
        {
            ("encoder", "down", _) => 2 << Index(parts[2]),
            ("encoder", "bottom", "down") => 2 << Index(parts[3]),
            ("decoder", "up", _) => spec.Stride >> Index(parts[2]),
            (_, "top" or "top_decoder" or "upsample" or "chroma", _) => 2 * spec.Stride,
            _ => spec.Stride,
        };
    }

    private static int Index(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
