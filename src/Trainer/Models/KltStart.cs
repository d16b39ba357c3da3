using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// Starts a model of <see cref="Architecture.Klt"/> or <see cref="Architecture.LumaChroma"/> as the best linear transform coder of its training images: the
/// Karhunen-Loève transform, the eigenvectors of the covariance of stride × stride patches with the largest eigenvalues.
/// </summary>
internal static class KltStart
{
    /// <summary>Sets the linear parts of encoder and decoder.</summary>
    /// <param name="model">A model of one of these architectures.</param>
    /// <param name="images">float32 <c>[N,C,H,W]</c> in [−1, 1], enough for more patches than a patch has numbers.</param>
    public static void Apply(Autoencoder model, Tensor images)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var spec = model.Spec;
        if (spec.Architecture == Architecture.Klt)
        {
            Transform(model, images, "klt", eye(spec.InputChannels, device: images.device), spec.Stride, spec.EmbeddingDim);
            return;
        }

        Transform(model, images, "luma.klt", Colors([1, 1, 1]), spec.Stride, spec.EmbeddingDim);
        Transform(model, images, "chroma.klt", Colors([1, 0, -1], [1, -2, 1]), 2 * spec.Stride, spec.ChromaDim);

        // Orthonormal together, so that the two transforms split an image and their sum is it again.
        Tensor Colors(params float[][] rows)
        {
            var matrix = stack([.. rows.Select(row => tensor(row))]);
            return matrix.div(matrix.square().sum(1, keepdim: true).sqrt()).to(images.device);
        }
    }

    /// <summary>
    /// For each output row of a decoder's <c>klt</c>, the number in the patch that it makes: rows are ordered (channel, y mod 2, x mod 2, y / 2,
    /// x / 2), so that depth-to-space by stride / 2 gives the half-resolution planes that depth-to-space by 2 turns into the image.
    /// </summary>
    internal static long[] DecoderRowOrder(int stride, int channels)
    {
        var half = stride / 2;
        var order = new long[channels * stride * stride];
        for (var channel = 0; channel < channels; channel++)
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

    /// <summary>One transform: of patches of the image's projections on some colours.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">The images.</param>
    /// <param name="layer">The convolutions' name, behind <c>encoder.</c> and <c>decoder.</c>.</param>
    /// <param name="colors">Orthonormal rows, <c>[P,C]</c>.</param>
    /// <param name="stride">Side of a patch.</param>
    /// <param name="dimension">How many vectors are kept.</param>
    private static void Transform(Autoencoder model, Tensor images, string layer, Tensor colors, int stride, int dimension)
    {
        using var scope = NewDisposeScope();
        var (planes, channels) = (colors.shape[0], (int)colors.shape[1]);
        var projected = nn.functional.conv2d(images, colors.view(planes, channels, 1, 1));
        var patches = nn.functional.pixel_unshuffle(projected, stride).permute(0, 2, 3, 1).reshape(-1, planes * stride * stride).to(ScalarType.Float64);
        var average = patches.mean([0]);
        var centred = patches.sub(average);

        // The small rest on the CPU, whatever the device.
        var covariance = centred.t().mm(centred).div(centred.shape[0]).cpu();
        var mean = average.cpu();
        var mix = colors.cpu().to(ScalarType.Float64);

        // eigh sorts ascending; rows of `basis` are the transform's vectors, strongest first. The sign of an eigenvector is
        // arbitrary: fixed so that its largest component is positive.
        var (_, eigenvectors) = linalg.eigh(covariance);
        var basis = eigenvectors.t().flip(0).narrow(0, 0, dimension);
        var largest = basis.gather(1, basis.abs().argmax(1, keepdim: true));
        basis = basis.mul(largest.sign());

        // pixel_unshuffle orders a patch as (plane, y, x), which with colours in place of planes is a convolution weight's own order.
        var weight = einsum("dpyx,pc->dcyx", basis.view(dimension, planes, stride, stride), mix);
        Copy(model, $"encoder.{layer}.weight", weight);
        Copy(model, $"encoder.{layer}.bias", basis.mv(mean).neg());

        var order = tensor(DecoderRowOrder(stride, channels));
        Copy(model, $"decoder.{layer}.weight", weight.reshape(dimension, -1).t().index_select(0, order).unsqueeze(-1).unsqueeze(-1));
        Copy(model, $"decoder.{layer}.bias", einsum("pyx,pc->cyx", mean.view(planes, stride, stride), mix).reshape(-1).index_select(0, order));
    }

    private static void Copy(Autoencoder model, string name, Tensor value) => model.get_parameter(name)!.copy_(value.to(ScalarType.Float32));
}
