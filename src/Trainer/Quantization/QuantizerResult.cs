using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>What quantizing one batch of latents gives.</summary>
/// <param name="Quantized">Sum of the kept stages' codes, <c>[N,D,h,w]</c>; gradients pass straight through to the latents.</param>
/// <param name="Indices">int64 <c>[N,L,h,w]</c>, of all stages, kept or not.</param>
/// <param name="StageInputs">What each stage quantized, <c>[N·h·w,D]</c>, without gradient.</param>
/// <param name="CodebookLoss">Σ over stages of mean‖sg[r] − e‖², where r is what the stage quantizes: moves the codebooks only.</param>
/// <param name="CommitmentLoss">mean‖z − sg[q]‖², q the sum of the kept stages' codes: moves the encoder only.</param>
public sealed record QuantizerResult(Tensor Quantized, Tensor Indices, IReadOnlyList<Tensor> StageInputs, Tensor CodebookLoss, Tensor CommitmentLoss);
