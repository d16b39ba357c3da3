namespace VqVae.Models;

/// <summary>The number formats that a model's graphs come in, by the names that files, manifests and command lines have for them.</summary>
public static class GraphPrecision
{
    /// <summary>float32: the reference, which every model has and every device decodes within 1 of 255.</summary>
    public const string Fp32 = "fp32";

    /// <summary>8-bit integers, for CPUs.</summary>
    public const string Int8 = "int8";

    /// <summary>float16, for GPUs.</summary>
    public const string Fp16 = "fp16";

    /// <summary>All names, the reference first.</summary>
    public static IReadOnlyList<string> All { get; } = [Fp32, Int8, Fp16];
}
