namespace VqVae.Models;

/// <summary>The names in a model's graphs, which the exporter writes and the runtime asks for; index tensors have <see cref="LatentPlane.TensorName"/>.</summary>
public static class GraphNames
{
    /// <summary>The encoder's input and the decoder's output: uint8 <c>[N,H,W,3]</c>.</summary>
    public const string Image = "image";

    /// <summary>An input of both: the rate point, int32 <c>[1]</c>.</summary>
    public const string Rate = "rate";

    /// <summary>The encoder's input that weighs the rate in its search: float32 <c>[1]</c>.</summary>
    public const string Lambda = "lambda";

    /// <summary>What the names of a plane's search in the encoder begin with: its codebooks, and the two constants below.</summary>
    public static string Quantizer(LatentPlane plane)
    {
        ArgumentNullException.ThrowIfNull(plane);
        return plane.Name.Length == 0 ? "quantizer" : "quantizer." + plane.Name;
    }

    /// <summary>The encoder's constant with a stage's codes in the stage's own dimensions: <c>[K,d]</c>, or <c>[R,K·d]</c> with several rate points.</summary>
    public static string Codebook(LatentPlane plane, int stage, int ratePoints) => $"{Quantizer(plane)}.{stage}.codebook{(ratePoints == 1 ? "" : "s")}";

    /// <summary>The encoder's constant ‖e‖² of all codes, <c>[R,L·K]</c>.</summary>
    public static string SquaredNorms(LatentPlane plane) => Quantizer(plane) + ".squared_norms";

    /// <summary>The encoder's constant with the code lengths at λ = 1 in the latents' squared units, <c>[R,L·K]</c>.</summary>
    public static string ScaledLengths(LatentPlane plane) => Quantizer(plane) + ".scaled_lengths";

    /// <summary>The metadata key of <see cref="EncoderFormat"/> or <see cref="DecoderFormat"/>.</summary>
    public const string FormatKey = "format";

    /// <summary>The metadata key of the <see cref="ModelId"/>, 16 hexadecimal digits.</summary>
    public const string ModelIdKey = "model_id";

    /// <summary>The metadata key of the <see cref="ModelSpec"/> as JSON.</summary>
    public const string SpecKey = "spec";

    /// <summary>What an encoder's metadata call it.</summary>
    public const string EncoderFormat = "vqvae-encoder/1";

    /// <summary>What a decoder's metadata call it.</summary>
    public const string DecoderFormat = "vqvae-decoder/1";
}
