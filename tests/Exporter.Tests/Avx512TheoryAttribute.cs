using System.Runtime.Intrinsics.X86;

namespace VqVae.Exporter.Tests;

/// <summary>A theory about ONNX Runtime's layout of channels in blocks, which are of 16 with AVX-512 and of 8 or none elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class Avx512TheoryAttribute : TheoryAttribute
{
    public Avx512TheoryAttribute()
    {
        if (!Avx512F.IsSupported) Skip = "ONNX Runtime lays out channels in another way on processors without AVX-512";
    }
}
