using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>
/// Sizes of coded images that need no entropy coder: with fixed-length indices, and as a static coder without contexts would have them.
/// </summary>
/// <remarks>
/// The second figure sums the checkpoint's code lengths, −log₂ of each code's share among the indices of training images, so it is the
/// cross-entropy of order 0. The codec of an exported model codes with contexts and adapts to the image, so its files are usually smaller.
/// </remarks>
internal sealed class CodedSize : IDisposable
{
    private readonly IReadOnlyList<LatentPlane> _planes;
    private readonly Tensor[] _lengths;

    /// <param name="checkpoint">Gives the code lengths.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <param name="device">Where indices are.</param>
    public CodedSize(Checkpoint checkpoint, int ratePoint, Device device)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        using var scope = NewDisposeScope();
        _planes = checkpoint.Spec.Planes;
        _lengths = [.. checkpoint.Spec.Latents.Select(Lengths)];

        Tensor Lengths(LatentLayout latent)
        {
            var all = tensor(checkpoint.Values(latent.CodeLengthsName).ToArray()).view(-1, latent.Plane.Stages, latent.Plane.Codes);
            return all[ratePoint].to(device).DetachFromDisposeScope();
        }
    }

    /// <summary>Bits of an image's leading stages.</summary>
    /// <param name="indices">For each plane int64 <c>[1,L,h,w]</c>.</param>
    /// <param name="stages">How many leading stages of each plane count.</param>
    /// <returns>Bits in fixed-length coding, and by the code lengths.</returns>
    public (double FixedLength, double OrderZero) Bits(IReadOnlyList<Tensor> indices, int stages)
    {
        using var gradients = no_grad();
        var (fixedLength, orderZero) = (0.0, 0.0);
        for (var plane = 0; plane < _planes.Count; plane++)
        {
            for (var stage = 0; stage < Math.Min(stages, _planes[plane].Stages); stage++)
            {
                using var scope = NewDisposeScope();
                var codes = indices[plane].select(1, stage).reshape(-1);
                fixedLength += (double)codes.shape[0] * _planes[plane].BitsPerIndex;
                orderZero += _lengths[plane][stage].index_select(0, codes).sum(ScalarType.Float64).item<double>();
            }
        }

        return (fixedLength, orderZero);
    }

    public void Dispose()
    {
        foreach (var lengths in _lengths) lengths.Dispose();
    }
}
