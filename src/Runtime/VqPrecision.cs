namespace VqVae.Runtime;

/// <summary>The number format that a model's graphs run in. Files are the same in all of them: each opens what another one wrote.</summary>
public enum VqPrecision
{
    /// <summary>The fastest that the model has and the device runs well: 8-bit integers on CPUs with instructions for their products, float16 on CUDA, float32 elsewhere. The default.</summary>
    Auto,

    /// <summary>32-bit floating point, the reference: it decodes within 1 of 255 on every device.</summary>
    Fp32,

    /// <summary>16-bit floating point, for GPUs.</summary>
    Fp16,

    /// <summary>8-bit integers, for CPUs. How far they are from the reference stands in the model's manifest.</summary>
    Int8,
}
