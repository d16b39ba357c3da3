using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>
/// Vector quantization in stages, each of which quantizes what the ones before left over (residual quantization). With one stage
/// it is the VQ-VAE's quantizer (van den Oord et al. 2017).
/// </summary>
/// <remarks>
/// The straight-through estimator is here and nowhere else: the decoder gets <c>z + sg[q − z]</c>, while the losses use the untouched
/// codes. How codebooks follow the latents in <see cref="CodebookLearning.Ema"/> is <see cref="CodebookAverages"/>.
/// </remarks>
public sealed class ResidualQuantizer : nn.Module
{
    /// <summary>Creates codebooks drawn evenly from ±1/K, as the original implementation does.</summary>
    /// <param name="stages">Number of stages L.</param>
    /// <param name="codes">Codebook size K.</param>
    /// <param name="dimension">Code dimension D.</param>
    /// <param name="learning">With <see cref="CodebookLearning.Gradient"/> the codebooks are parameters, otherwise buffers.</param>
    public ResidualQuantizer(int stages, int codes, int dimension, CodebookLearning learning)
        : base(nameof(ResidualQuantizer))
    {
        Learning = learning;
        var initial = rand(stages, codes, dimension).mul_(2.0 / codes).sub_(1.0 / codes);
        if (learning == CodebookLearning.Gradient) register_parameter("codebooks", new Parameter(initial));
        else register_buffer("codebooks", initial);
        register_buffer("code_lengths", full(stages, codes, Math.Log2(codes), dtype: ScalarType.Float32));
    }

    /// <summary>How the codebooks learn.</summary>
    public CodebookLearning Learning { get; }

    /// <summary>The codes, <c>[L,K,D]</c>.</summary>
    public Tensor Codebooks => Learning == CodebookLearning.Gradient ? get_parameter("codebooks")! : get_buffer("codebooks")!;

    /// <summary>Code lengths in bits, <c>[L,K]</c>: the rate term of the search.</summary>
    public Tensor CodeLengths => get_buffer("code_lengths")!;

    /// <summary>Number of stages L.</summary>
    public int Stages => (int)Codebooks.shape[0];

    /// <summary>Codebook size K.</summary>
    public int Codes => (int)Codebooks.shape[1];

    /// <summary>Quantizes latents for training: nearest codes, losses, and the straight-through estimator.</summary>
    /// <param name="latents">float32 <c>[N,D,h,w]</c>.</param>
    /// <param name="keptStages">int64 <c>[N]</c>: how many leading stages each sample keeps, or <c>null</c> for all.</param>
    public QuantizerResult Quantize(Tensor latents, Tensor? keptStages = null)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        var (n, h, w) = (latents.shape[0], latents.shape[2], latents.shape[3]);
        var residual = Vectors(latents.detach());
        var indices = new List<Tensor>();
        var inputs = new List<Tensor>();
        Tensor? quantized = null, codebookLoss = null;
        for (var stage = 0; stage < Stages; stage++)
        {
            var codebook = Codebooks[stage];
            var index = NearestCodes(residual, codebook.detach());
            var codes = codebook.index_select(0, index);
            inputs.Add(residual.MoveToOuterDisposeScope());

            var loss = nn.functional.mse_loss(codes, residual);
            codebookLoss = codebookLoss is null ? loss : codebookLoss.add(loss);

            var fixedCodes = codes.detach();
            var kept = keptStages is null ? fixedCodes : fixedCodes.mul(keptStages.gt(stage).to(ScalarType.Float32).repeat_interleave(h * w).unsqueeze(1));
            quantized = quantized is null ? kept : quantized.add(kept);
            residual = residual.sub(fixedCodes);
            indices.Add(index.view(n, 1, h, w));
        }

        var q = quantized!.view(n, h, w, -1).permute(0, 3, 1, 2);
        var commitmentLoss = nn.functional.mse_loss(latents, q);
        var straightThrough = latents.add(q.sub(latents).detach());
        return new QuantizerResult(
            straightThrough.MoveToOuterDisposeScope(),
            cat(indices, 1).MoveToOuterDisposeScope(),
            inputs,
            codebookLoss!.MoveToOuterDisposeScope(),
            commitmentLoss.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// The encoder's search as the exported graph does it: stage by stage argmin of ‖r − e‖² + λ/127.5² · length.
    /// </summary>
    /// <param name="latents">float32 <c>[N,D,h,w]</c>.</param>
    /// <param name="lambda">λ in squared 8-bit units a bit; 0 for the nearest code.</param>
    /// <returns>Indices int64 <c>[N,L,h,w]</c>, and the second-best cost minus the best, float32 of the same shape.</returns>
    public (Tensor Indices, Tensor Gaps) Search(Tensor latents, double lambda)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        var (n, h, w) = (latents.shape[0], latents.shape[2], latents.shape[3]);
        var residual = Vectors(latents);
        var indices = new List<Tensor>();
        var gaps = new List<Tensor>();
        for (var stage = 0; stage < Stages; stage++)
        {
            using var stageScope = NewDisposeScope();
            var codebook = Codebooks[stage].detach();
            var costs = Costs(residual, codebook).add(CodeLengths[stage], alpha: lambda / (ModelSpec.PixelScale * ModelSpec.PixelScale));
            var (best, order) = costs.topk(2, dim: 1, largest: false, sorted: true);
            var index = order.select(1, 0);
            residual = residual.sub(codebook.index_select(0, index)).MoveToOuterDisposeScope();
            indices.Add(index.view(n, 1, h, w).MoveToOuterDisposeScope());
            gaps.Add(best.select(1, 1).sub(best.select(1, 0)).view(n, 1, h, w).MoveToOuterDisposeScope());
        }

        return (cat(indices, 1).MoveToOuterDisposeScope(), cat(gaps, 1).MoveToOuterDisposeScope());
    }

    /// <summary>Sums the codes of the leading stages.</summary>
    /// <param name="indices">int64 <c>[N,L,h,w]</c>.</param>
    /// <param name="stages">How many stages to sum, 1 to L.</param>
    /// <returns>float32 <c>[N,D,h,w]</c>.</returns>
    public Tensor Lookup(Tensor indices, int stages)
    {
        ArgumentNullException.ThrowIfNull(indices);
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (var stage = 0; stage < stages; stage++)
        {
            var codes = Codebooks[stage].index_select(0, indices.select(1, stage).reshape(-1));
            sum = sum is null ? codes : sum.add(codes);
        }

        return sum!.view(indices.shape[0], indices.shape[2], indices.shape[3], -1).permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Latents <c>[N,D,h,w]</c> as vectors <c>[N·h·w,D]</c>.</summary>
    public static Tensor Vectors(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        return latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1]);
    }

    /// <summary>Index of the nearest code of each vector: argmin ‖r − e‖² over <c>codebook [K,D]</c>.</summary>
    internal static Tensor NearestCodes(Tensor vectors, Tensor codebook)
    {
        using var scope = NewDisposeScope();
        return Costs(vectors, codebook).argmin(1).MoveToOuterDisposeScope();
    }

    /// <summary>‖e‖² − 2 r·e, which orders codes as ‖r − e‖² does: <c>[P,K]</c>.</summary>
    private static Tensor Costs(Tensor vectors, Tensor codebook)
    {
        using var scope = NewDisposeScope();
        return addmm(codebook.square().sum(1), vectors, codebook.t(), beta: 1, alpha: -2).MoveToOuterDisposeScope();
    }
}
