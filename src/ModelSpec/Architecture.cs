using System.Text.Json.Serialization;

namespace VqVae.Models;

/// <summary>The network families that the trainer builds and the exporter turns into graphs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Architecture>))]
public enum Architecture
{
    /// <summary>
    /// The plain VQ-VAE (van den Oord et al. 2017): strided 4×4 convolutions, residual blocks (ReLU, 3×3, ReLU, 1×1, add), and a
    /// mirrored decoder with 4×4 transposed convolutions.
    /// </summary>
    [JsonStringEnumMemberName("vqvae")]
    VqVae,

    /// <summary>
    /// A codec-grade model: a linear Karhunen-Loève transform of stride × stride patches beside a residual network that starts at zero,
    /// residual quantization levels, and a two-scale decoder (stride, then half resolution) without overlapping transposed convolutions.
    /// </summary>
    [JsonStringEnumMemberName("klt")]
    Klt,

    /// <summary>
    /// VQ-VAE-2 (Razavi et al. 2019): two planes, <c>top</c> at twice the stride of <c>bottom</c>. The bottom's encoder sees the decoded top; the
    /// decoder sees the upsampled top joined with the bottom.
    /// </summary>
    [JsonStringEnumMemberName("vqvae2")]
    VqVae2,

    /// <summary>
    /// As <see cref="Klt"/>, with a plane for luma and one at twice its stride for chroma, each a Karhunen-Loève transform of its own, decoded together.
    /// </summary>
    [JsonStringEnumMemberName("luma_chroma")]
    LumaChroma,
}
