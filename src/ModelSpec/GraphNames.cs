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
