using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>Quantizes a plane's latents and gives the codes in their place: what a hierarchical encoder's next plane sees.</summary>
/// <param name="plane">The plane's number.</param>
/// <param name="latents">float <c>[N,D,h,w]</c>.</param>
/// <returns>float <c>[N,D,h,w]</c>.</returns>
internal delegate Tensor PlaneQuantizer(int plane, Tensor latents);

/// <summary>An encoder: images to the latents of one or several planes.</summary>
internal abstract class EncoderNetwork(string name) : nn.Module(name)
{
    /// <summary>Encodes images plane by plane, in the order of the model's planes.</summary>
    /// <param name="x">float <c>[N,C,H,W]</c> in [−1, 1]; height and width are multiples of the largest stride.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <param name="quantize">Called once for each plane.</param>
    public abstract void Encode(Tensor x, int ratePoint, PlaneQuantizer quantize);
}

/// <summary>A decoder: the planes' codes to images.</summary>
internal abstract class DecoderNetwork(string name) : nn.Module(name)
{
    /// <summary>Decodes.</summary>
    /// <param name="quantized">For each plane float <c>[N,D,h,w]</c>: the sum of its leading stages' codes.</param>
    /// <param name="stages">int64 <c>[N]</c>: how many stages each was summed from, from 1; a plane has at most its own.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <returns>float <c>[N,C,H,W]</c>.</returns>
    public abstract Tensor Decode(IReadOnlyList<Tensor> quantized, Tensor stages, int ratePoint);
}
