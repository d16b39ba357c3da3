using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Chooses the graphs of one precision out of those that a model has.</summary>
internal static class PrecisionChoice
{
    /// <summary>
    /// Whether the CPU multiplies 8-bit integers and adds four products in one instruction (AVX-512 VNNI, AVX-VNNI, Arm's dot product). Without one, products are
    /// added in 16 bits on x64, which may saturate, and are no faster than float32.
    /// </summary>
    public static bool CpuHasInt8Products { get; } = Dp.IsSupported || AvxVnni.IsSupported || HasAvx512Vnni();

    /// <summary>The name that files and manifests have for a precision.</summary>
    public static string Name(this VqPrecision precision) => precision switch
    {
        VqPrecision.Fp32 => GraphPrecision.Fp32,
        VqPrecision.Fp16 => GraphPrecision.Fp16,
        VqPrecision.Int8 => GraphPrecision.Int8,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, null),
    };

    /// <summary>The precision that is used.</summary>
    /// <param name="asked">What was asked for.</param>
    /// <param name="model">What the model has.</param>
    /// <param name="device">The CPU or a CUDA device.</param>
    /// <param name="cpuHasInt8Products">Whether the CPU has instructions for 8-bit integers.</param>
    /// <exception cref="ArgumentException">The model does not have what was asked for.</exception>
    public static VqPrecision Choose(VqPrecision asked, ModelManifest model, VqDevice device, bool cpuHasInt8Products)
    {
        if (!Enum.IsDefined(asked)) throw new ArgumentException($"precision: expected {string.Join(", ", Enum.GetNames<VqPrecision>())}, got {(int)asked}");
        if (asked == VqPrecision.Auto)
        {
            var fastest = device.IsCuda ? VqPrecision.Fp16 : cpuHasInt8Products ? VqPrecision.Int8 : VqPrecision.Fp32;
            return Has(fastest) ? fastest : VqPrecision.Fp32;
        }

        if (Has(asked)) return asked;
        var there = string.Join(", ", GraphPrecision.All.Where(name => name == GraphPrecision.Fp32 || model.Variants?.ContainsKey(name) == true));
        throw new ArgumentException($"precision: the model '{model.Name}' has no {asked.Name()} graphs, only {there}; export it with --precision {asked.Name()}");

        bool Has(VqPrecision precision) => precision == VqPrecision.Fp32 || model.Variants?.ContainsKey(precision.Name()) == true;
    }

    /// <summary>CPUID leaf 7, ECX bit 11; that the system saves the registers is what <see cref="Avx512F"/> says.</summary>
    private static bool HasAvx512Vnni() => Avx512F.IsSupported && X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;
}
