using TorchSharp;
using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>What quantizing one batch of latents gives.</summary>
/// <param name="Quantized">Sum of the kept stages' codes, <c>[N,D,h,w]</c>; gradients reach the latents as <see cref="Quantizer.Quantize"/> says.</param>
/// <param name="Indices">int64 <c>[L,P]</c> with P = N·h·w, of all stages, kept or not.</param>
/// <param name="StageInputs">What each stage quantized, <c>[P,d]</c> with the stage's own dimensions, without gradient.</param>
/// <param name="CodebookLoss">Σ over stages of mean‖sg[r] − e‖², where r is what the stage quantizes: moves the codebooks only.</param>
/// <param name="CommitmentLoss">mean‖z − sg[q]‖², q the sum of the kept stages' codes: moves the encoder only.</param>
/// <param name="Rate">Bits a position of all stages, by the code lengths counted so far; without gradient.</param>
/// <param name="SoftRate">The same in expectation over soft assignments, with a gradient to the latents; <c>null</c> where the gradient passes straight through.</param>
public sealed record QuantizerResult(Tensor Quantized, Tensor Indices, IReadOnlyList<Tensor> StageInputs, Tensor CodebookLoss, Tensor CommitmentLoss, Tensor Rate, Tensor? SoftRate)
{
    /// <summary>Hands all tensors to another scope.</summary>
    internal QuantizerResult MoveTo(DisposeScope scope)
    {
        foreach (var tensor in All) tensor.MoveToOtherDisposeScope(scope);
        return this;
    }

    /// <summary>Hands all tensors to the scope around the one that they are in.</summary>
    internal QuantizerResult MoveToOuter()
    {
        foreach (var tensor in All) tensor.MoveToOuterDisposeScope();
        return this;
    }

    private IEnumerable<Tensor> All => [Quantized, Indices, CodebookLoss, CommitmentLoss, Rate, .. SoftRate is null ? (Tensor[])[] : [SoftRate], .. StageInputs];
}
