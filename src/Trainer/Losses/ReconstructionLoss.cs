using VqVae.Models;
using VqVae.Trainer.Metrics;
using static TorchSharp.torch;

namespace VqVae.Trainer.Losses;

/// <summary>
/// How far a reconstruction is from its image: <c>mse_weight</c> · mean squared error + <c>l1_weight</c> · mean absolute error +
/// <c>ms_ssim_weight</c> · (1 − MS-SSIM), averaged over the images of a batch.
/// </summary>
/// <remarks>Zhao, Gallo, Frosio and Kautz (2017) compare these losses, and recommend a mix of MS-SSIM and the absolute error.</remarks>
/// <param name="training">The weights.</param>
internal sealed class ReconstructionLoss(TrainingSpec training)
{
    /// <summary>Compares a batch.</summary>
    /// <param name="output">float32 <c>[N,C,H,W]</c> in about [−1, 1], from the decoder.</param>
    /// <param name="target">float32 <c>[N,C,H,W]</c> in [−1, 1].</param>
    /// <returns>
    /// Scalars: the weighted sum, and the mean squared error by itself and without its weight, for reports. What has weight 0 is not computed,
    /// but for the mean squared error.
    /// </returns>
    public (Tensor Total, Tensor MeanSquaredError) Of(Tensor output, Tensor target)
    {
        using var scope = NewDisposeScope();
        var squared = nn.functional.mse_loss(output, target);
        var total = squared.mul(training.MseWeight);
        if (training.L1Weight > 0) total = total.add(nn.functional.l1_loss(output, target), alpha: training.L1Weight);
        if (training.MsSsimWeight > 0)
            total = total.add(MsSsim.PerImage(output, target, ValueRange.Networks).mean().neg().add(1), alpha: training.MsSsimWeight);

        return (total.MoveToOuterDisposeScope(), squared.MoveToOuterDisposeScope());
    }
}
