using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>
/// Vector quantization of one plane's latents in stages that add up. A stage quantizes its group of dimensions (<see cref="LatentLayout.Range"/>) of what
/// the stages before left over: with one group that is residual quantization, with several and one stage each product quantization, with both
/// both. With a single stage it is the VQ-VAE's quantizer (van den Oord et al. 2017).
/// </summary>
/// <remarks>
/// <para>
/// Gradients of the choice of codes are here and nowhere else. Straight through, the decoder gets <c>z + sg[q − z]</c>, while the losses use the untouched
/// codes. With soft assignments it gets <c>s + sg[q − s]</c>, s being the expected code of <see cref="SoftAssignment"/>.
/// </para>
/// <para>
/// What differs between quantizers is where the codes come from: <see cref="CodebookQuantizer"/> learns them, <see cref="FiniteScalarQuantizer"/> has them
/// on a grid. All of them are a list of codes in the end, so one search, one lookup and one graph serve all.
/// </para>
/// </remarks>
public abstract class Quantizer : nn.Module
{
    private protected Quantizer(LatentLayout layout, IReadOnlyList<double> lambdas, string name)
        : base(name)
    {
        (Layout, Lambdas) = (layout, lambdas);
        var (stages, codes) = (layout.Plane.Stages, layout.Plane.Codes);
        long[] shape = lambdas.Count == 1 ? [stages, codes] : [lambdas.Count, stages, codes];
        register_buffer("code_lengths", full(shape, Math.Log2(codes), dtype: ScalarType.Float32));
    }

    /// <summary>Stages, codes, and the dimensions that each stage quantizes.</summary>
    public LatentLayout Layout { get; }

    /// <summary>For each rate point the λ of its search while training, in squared 8-bit units a bit.</summary>
    public IReadOnlyList<double> Lambdas { get; }

    /// <summary>The codes, <c>[L,K,D]</c>, or <c>[R,L,K,D]</c> with several rate points; zero outside a stage's dimensions.</summary>
    public abstract Tensor Codebooks { get; }

    /// <summary>Whether the codes move while training.</summary>
    public abstract bool Learns { get; }

    /// <summary>Code lengths in bits, <c>[L,K]</c> or <c>[R,L,K]</c>: the rate term of the search.</summary>
    public Tensor CodeLengths => get_buffer("code_lengths")!;

    /// <summary>Number of rate points R.</summary>
    public int RatePoints => Lambdas.Count;

    /// <summary>Number of stages L.</summary>
    public int Stages => Layout.Plane.Stages;

    /// <summary>Codebook size K.</summary>
    public int Codes => Layout.Plane.Codes;

    /// <summary>What is quantized in place of the encoder's output: the output itself unless a quantizer bounds it.</summary>
    /// <param name="latents">float32 <c>[N,D,h,w]</c>.</param>
    public virtual Tensor Bound(Tensor latents) => latents;

    /// <summary>Quantizes latents for training: codes by the search with the rate point's λ, losses, and a gradient to the latents.</summary>
    /// <param name="latents">float32 <c>[N,D,h,w]</c>.</param>
    /// <param name="keptStages">int64 <c>[N]</c>: how many leading stages each sample keeps, or <c>null</c> for all.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <param name="soft">
    /// Whether the gradient is that of soft assignments, codes and bits alike, which takes a λ above 0; otherwise it passes straight through, and bits have none.
    /// </param>
    public QuantizerResult Quantize(Tensor latents, Tensor? keptStages = null, int ratePoint = 0, bool soft = false)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        var (n, h, w) = (latents.shape[0], latents.shape[2], latents.shape[3]);
        var bounded = Bound(latents);
        var residuals = Groups(Vectors(soft ? bounded : bounded.detach()));
        var sums = new Tensor?[Layout.Groups];
        var mu = Mu(Lambdas[ratePoint]);
        var indices = new List<Tensor>();
        var inputs = new List<Tensor>();
        Tensor? codebookLoss = null, rate = null, softRate = null;
        for (var stage = 0; stage < Stages; stage++)
        {
            var group = stage % Layout.Groups;
            var (codebook, lengths) = (Codebook(ratePoint, stage), Lengths(ratePoint, stage));
            var fixedCodebook = codebook.detach();
            var costs = soft ? CodeSearch.Costs(residuals[group], fixedCodebook, lengths, mu) : null;
            var index = costs?.detach().argmin(1) ?? CodeSearch.Cheapest(residuals[group], fixedCodebook, lengths, mu);
            var codes = codebook.index_select(0, index);
            var input = residuals[group].detach();
            inputs.Add(input);

            var loss = nn.functional.mse_loss(codes, input);
            codebookLoss = codebookLoss is null ? loss : codebookLoss.add(loss);
            var bits = lengths.index_select(0, index).mean();
            rate = rate is null ? bits : rate.add(bits);

            var chosen = codes.detach();
            if (costs is not null)
            {
                var (expected, expectedBits) = SoftAssignment.Of(costs, fixedCodebook, lengths, mu);
                softRate = softRate is null ? expectedBits : softRate.add(expectedBits);
                chosen = expected.add(chosen.sub(expected.detach()));
            }

            var kept = keptStages is null ? chosen : chosen.mul(keptStages.gt(stage).to(ScalarType.Float32).repeat_interleave(h * w).unsqueeze(1));
            sums[group] = sums[group] is { } sum ? sum.add(kept) : kept;
            residuals[group] = residuals[group].sub(chosen);
            indices.Add(index);
        }

        var q = Maps(sums, n, h, w);
        var commitmentLoss = nn.functional.mse_loss(bounded, q.detach());
        var quantized = soft ? q : bounded.add(q.sub(bounded).detach());
        return new QuantizerResult(
            quantized.MoveToOuterDisposeScope(),
            stack(indices).MoveToOuterDisposeScope(),
            [.. inputs.Select(input => input.MoveToOuterDisposeScope())],
            codebookLoss!.MoveToOuterDisposeScope(),
            commitmentLoss.MoveToOuterDisposeScope(),
            rate!.MoveToOuterDisposeScope(),
            softRate?.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// The encoder's search as the exported graph does it: stage by stage argmin of ‖r − e‖² + λ/127.5² · length.
    /// </summary>
    /// <param name="latents">float32 <c>[N,D,h,w]</c>.</param>
    /// <param name="lambda">λ in squared 8-bit units a bit; 0 for the nearest code.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <returns>Indices int64 <c>[N,L,h,w]</c>, and the cost of the best code that differs minus the best, float32 of the same shape.</returns>
    public (Tensor Indices, Tensor Gaps) Search(Tensor latents, double lambda, int ratePoint = 0)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        var (n, h, w) = (latents.shape[0], latents.shape[2], latents.shape[3]);
        var residuals = Groups(Vectors(Bound(latents)));
        var indices = new List<Tensor>();
        var gaps = new List<Tensor>();
        for (var stage = 0; stage < Stages; stage++)
        {
            // Its own scope: the costs of a stage are far larger than the latents.
            using var stageScope = NewDisposeScope();
            var group = stage % Layout.Groups;
            var codebook = Codebook(ratePoint, stage).detach();
            var costs = CodeSearch.Costs(residuals[group], codebook, Lengths(ratePoint, stage), Mu(lambda));
            var (cheapest, order) = costs.topk(2, dim: 1, largest: false, sorted: true);
            var index = order.select(1, 0);
            var (best, second) = (cheapest.select(1, 0), cheapest.select(1, 1));
            if (FirstEqual(codebook) is { } first)
            {
                // Codes that equal the chosen one are no other choice.
                var same = first.index_select(0, index).unsqueeze(1).eq(first.unsqueeze(0));
                second = costs.masked_fill(same, double.PositiveInfinity).min(1).values;
            }

            residuals[group] = residuals[group].sub(codebook.index_select(0, index)).MoveToOuterDisposeScope();
            indices.Add(index.view(n, 1, h, w).MoveToOuterDisposeScope());
            gaps.Add(second.sub(best).view(n, 1, h, w).MoveToOuterDisposeScope());
        }

        return (cat(indices, 1).MoveToOuterDisposeScope(), cat(gaps, 1).MoveToOuterDisposeScope());
    }

    /// <summary>Sums the codes of the leading stages.</summary>
    /// <param name="indices">int64 <c>[N,L,h,w]</c>.</param>
    /// <param name="stages">How many stages to sum, 1 to L.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <returns>float32 <c>[N,D,h,w]</c>.</returns>
    public Tensor Lookup(Tensor indices, int stages, int ratePoint = 0)
    {
        ArgumentNullException.ThrowIfNull(indices);
        using var scope = NewDisposeScope();
        var sums = new Tensor?[Layout.Groups];
        for (var stage = 0; stage < stages; stage++)
        {
            var codes = Codebook(ratePoint, stage).index_select(0, indices.select(1, stage).reshape(-1));
            var group = stage % Layout.Groups;
            sums[group] = sums[group] is { } sum ? sum.add(codes) : codes;
        }

        var positions = indices.shape[0] * indices.shape[2] * indices.shape[3];
        for (var group = 0; group < sums.Length; group++) sums[group] ??= zeros(positions, Layout.Range(group).Length, device: indices.device);
        return Maps(sums, indices.shape[0], indices.shape[2], indices.shape[3]).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Latents <c>[N,D,h,w]</c> as vectors <c>[N·h·w,D]</c>.</summary>
    public static Tensor Vectors(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        return latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1]);
    }

    /// <summary>λ in squared 8-bit units a bit as the weight of a bit in the latents' units, which are those of pixels in [−1, 1].</summary>
    internal static double Mu(double lambda) => lambda / (ModelSpec.PixelScale * ModelSpec.PixelScale);

    /// <summary>A stage's codes in its own dimensions, <c>[K,d]</c>: a view.</summary>
    internal Tensor Codebook(int ratePoint, int stage)
    {
        var (start, length) = Layout.Range(stage);
        var codes = OfRatePoint(Codebooks, ratePoint).select(0, stage);
        return length == Layout.Dimension ? codes : codes.narrow(1, start, length);
    }

    /// <summary>A stage's code lengths, <c>[K]</c>: a view.</summary>
    internal Tensor Lengths(int ratePoint, int stage) => OfRatePoint(CodeLengths, ratePoint).select(0, stage);

    /// <summary>One rate point's part of a tensor whose first axis is the rate point where there are several.</summary>
    internal Tensor OfRatePoint(Tensor all, int ratePoint) => RatePoints == 1 ? all : all.select(0, ratePoint);

    /// <summary>Vectors <c>[P,D]</c> split into the groups' dimensions.</summary>
    internal Tensor[] Groups(Tensor vectors) =>
        Layout.Groups == 1 ? [vectors] : [.. Enumerable.Range(0, Layout.Groups).Select(group => vectors.narrow(1, Layout.Range(group).Start, Layout.Range(group).Length).contiguous())];

    /// <summary>For each code the first that equals it, <c>[K]</c>; <c>null</c> where all differ.</summary>
    private static Tensor? FirstEqual(Tensor codebook)
    {
        var first = EqualCodes.First(codebook.cpu().contiguous().data<float>().ToArray(), (int)codebook.shape[0]);
        return first.Where((f, k) => f != k).Any() ? tensor(first.Select(f => (long)f).ToArray(), device: codebook.device) : null;
    }

    /// <summary>The groups' vectors joined as feature maps <c>[N,D,h,w]</c>.</summary>
    private static Tensor Maps(Tensor?[] groups, long n, long h, long w)
    {
        var vectors = groups.Length == 1 ? groups[0]! : cat([.. groups.Select(g => g!)], 1);
        return vectors.view(n, h, w, -1).permute(0, 3, 1, 2);
    }
}
