using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// Starts a <see cref="Architecture.Klt"/> model as the best linear transform coder of its training images: the Karhunen-Loève
/// transform, the eigenvectors of the covariance of stride × stride patches with the largest eigenvalues.
/// </summary>
internal static class KltStart
{
    /// <summary>Sets the linear parts of encoder and decoder.</summary>
    /// <param name="model">A model of architecture <see cref="Architecture.Klt"/>.</param>
    /// <param name="images">float32 <c>[N,C,H,W]</c> in [−1, 1], enough for more patches than a patch has numbers.</param>
    public static void Apply(Autoencoder model, Tensor images)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var spec = model.Spec;
        var patches = nn.functional.pixel_unshuffle(images, spec.Stride).permute(0, 2, 3, 1).reshape(-1, spec.PatchSize).to(ScalarType.Float64);
        var average = patches.mean([0]);
        var centred = patches.sub(average);

        // The small rest on the CPU, whatever the device.
        var covariance = centred.t().mm(centred).div(centred.shape[0]).cpu();
        var mean = average.cpu();

        // eigh sorts ascending; rows of `basis` are the transform's vectors, strongest first. The sign of an eigenvector is
        // arbitrary: fixed so that its largest component is positive.
        var (_, eigenvectors) = linalg.eigh(covariance);
        var basis = eigenvectors.t().flip(0).narrow(0, 0, spec.EmbeddingDim);
        var largest = basis.gather(1, basis.abs().argmax(1, keepdim: true));
        basis = basis.mul(largest.sign());

        // pixel_unshuffle orders a patch as (channel, y, x), which is a convolution weight's own order.
        Copy(model, "encoder.klt.weight", basis.view(spec.EmbeddingDim, spec.InputChannels, spec.Stride, spec.Stride));
        Copy(model, "encoder.klt.bias", basis.mv(mean).neg());

        var order = tensor(DecoderRowOrder(spec));
        Copy(model, "decoder.klt.weight", basis.t().index_select(0, order).unsqueeze(-1).unsqueeze(-1));
        Copy(model, "decoder.klt.bias", mean.index_select(0, order));
    }

    /// <summary>
    /// For each output row of <c>decoder.klt</c>, the number in the patch that it makes: rows are ordered (channel, y mod 2, x mod 2, y / 2,
    /// x / 2), so that depth-to-space by stride / 2 gives the half-resolution planes that depth-to-space by 2 turns into the image.
    /// </summary>
    internal static long[] DecoderRowOrder(ModelSpec spec)
    {
        var (stride, half) = (spec.Stride, spec.Stride / 2);
        var order = new long[spec.PatchSize];
        for (var channel = 0; channel < spec.InputChannels; channel++)
        {
            for (var y = 0; y < stride; y++)
            {
                for (var x = 0; x < stride; x++)
                {
                    var plane = (channel * 4) + (y % 2 * 2) + (x % 2);
                    var row = (plane * half * half) + (y / 2 * half) + (x / 2);
                    order[row] = (((channel * stride) + y) * stride) + x;
                }
            }
        }

        return order;
    }

    private static void Copy(Autoencoder model, string name, Tensor value) => model.get_parameter(name)!.copy_(value.to(ScalarType.Float32));
}
