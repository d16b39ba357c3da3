using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>
/// A quantizer whose codes are learnt: as parameters by the gradient of the codebook loss, or as buffers that follow the latents (<see cref="CodebookStatistics"/>).
/// </summary>
public sealed class CodebookQuantizer : Quantizer
{
    private readonly CodebookLearning _learning;

    /// <summary>Creates codebooks drawn evenly from ±1/K, as the original implementation does.</summary>
    /// <param name="layout">Stages, codes, and the dimensions that each stage quantizes.</param>
    /// <param name="learning">With <see cref="CodebookLearning.Gradient"/> the codebooks are parameters, otherwise buffers.</param>
    /// <param name="lambdas">For each rate point the λ of its search; one rate point with the nearest code where there is none.</param>
    public CodebookQuantizer(LatentLayout layout, CodebookLearning learning, IReadOnlyList<double>? lambdas = null)
        : base(layout, lambdas ?? [0], nameof(CodebookQuantizer))
    {
        ArgumentNullException.ThrowIfNull(layout);
        _learning = learning;
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var (stages, codes) = (layout.Plane.Stages, layout.Plane.Codes);
        var initial = rand(stages, codes, layout.Dimension).mul_(2.0 / codes).sub_(1.0 / codes);
        if (layout.Groups > 1)
        {
            var mask = zeros(stages, 1, layout.Dimension);
            for (var stage = 0; stage < stages; stage++) mask[stage].narrow(1, layout.Range(stage).Start, layout.Range(stage).Length).fill_(1);
            initial = initial.mul(mask);
        }

        if (RatePoints > 1) initial = initial.unsqueeze(0).expand(RatePoints, -1, -1, -1).contiguous();
        initial.DetachFromDisposeScope();
        if (learning == CodebookLearning.Gradient) register_parameter("codebooks", new Parameter(initial));
        else register_buffer("codebooks", initial);
    }

    /// <inheritdoc/>
    public override Tensor Codebooks => _learning == CodebookLearning.Gradient ? get_parameter("codebooks")! : get_buffer("codebooks")!;

    /// <inheritdoc/>
    public override bool Learns => true;
}
