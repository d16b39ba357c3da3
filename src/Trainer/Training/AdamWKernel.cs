using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>What one step of AdamW multiplies and adds, in float32.</summary>
/// <param name="GradientScale">Of the gradient, for clipping; otherwise 1.</param>
/// <param name="ParameterDecay">1 − learning rate · weight decay.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="NewShare1">1 − β₁.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="NewShare2">1 − β₂.</param>
/// <param name="Correction2">√(1 − β₂ᵗ).</param>
/// <param name="Epsilon">Added to the denominator.</param>
/// <param name="Factor">−learning rate / (1 − β₁ᵗ).</param>
internal readonly record struct AdamWFactors(
    float GradientScale, float ParameterDecay, float Beta1, float NewShare1, float Beta2, float NewShare2, float Correction2, float Epsilon, float Factor);

/// <summary>
/// A step of AdamW on the CPU in one pass: every number is read and written once, where torch's operations read and write all of them ten times.
/// </summary>
/// <remarks>
/// The operations and their order are those of torch's <c>mul_</c>, <c>add_</c>, <c>addcmul_</c> and <c>addcdiv_</c>, so that moments are equal to the bit
/// and parameters but for torch's square root, whose last bit is not always right.
/// </remarks>
internal static class AdamWKernel
{
    /// <summary>Numbers that are worth a thread of their own.</summary>
    private const int LeastPart = 1 << 19;

    /// <summary>Whether the step can be taken here: on the CPU, and within what a span can hold.</summary>
    public static bool Takes(Tensor parameters) => parameters.device.type == TorchSharp.DeviceType.CPU && parameters.numel() <= int.MaxValue / sizeof(float);

    /// <summary>Takes a step. All tensors are float32, contiguous and of the same length.</summary>
    public static void Step(Tensor parameters, Tensor gradients, Tensor firstMoment, Tensor secondMoment, AdamWFactors factors)
    {
        var length = (int)parameters.numel();
        var parts = Math.Clamp(length / LeastPart, 1, get_num_threads());
        if (parts == 1) Part(0);
        else Parallel.For(0, parts, Part);

        void Part(int i)
        {
            var (start, end) = ((int)((long)length * i / parts), (int)((long)length * (i + 1) / parts));
            Run(Floats(parameters)[start..end], Floats(gradients)[start..end], Floats(firstMoment)[start..end], Floats(secondMoment)[start..end], factors);
        }
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    private static void Run(Span<float> parameters, ReadOnlySpan<float> gradients, Span<float> firstMoment, Span<float> secondMoment, in AdamWFactors f)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= parameters.Length - width; i += width)
        {
            var gradient = new Vector<float>(gradients[i..]) * f.GradientScale;
            var first = Vector.FusedMultiplyAdd(gradient, new Vector<float>(f.NewShare1), new Vector<float>(firstMoment[i..]) * f.Beta1);
            var second = Vector.FusedMultiplyAdd(gradient * f.NewShare2, gradient, new Vector<float>(secondMoment[i..]) * f.Beta2);
            var denominator = (Vector.SquareRoot(second) / new Vector<float>(f.Correction2)) + new Vector<float>(f.Epsilon);
            var parameter = (new Vector<float>(parameters[i..]) * f.ParameterDecay) + (first * f.Factor / denominator);
            first.CopyTo(firstMoment[i..]);
            second.CopyTo(secondMoment[i..]);
            parameter.CopyTo(parameters[i..]);
        }

        // The same operations one by one, so that it makes no difference where a part ends.
        for (; i < parameters.Length; i++)
        {
            var gradient = gradients[i] * f.GradientScale;
            var first = MathF.FusedMultiplyAdd(gradient, f.NewShare1, firstMoment[i] * f.Beta1);
            var second = MathF.FusedMultiplyAdd(gradient * f.NewShare2, gradient, secondMoment[i] * f.Beta2);
            var denominator = (MathF.Sqrt(second) / f.Correction2) + f.Epsilon;
            (firstMoment[i], secondMoment[i]) = (first, second);
            parameters[i] = (parameters[i] * f.ParameterDecay) + (first * f.Factor / denominator);
        }
    }
}
