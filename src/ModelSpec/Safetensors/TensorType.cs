namespace VqVae.Models;

/// <summary>Element types that this project stores; the safetensors format knows more.</summary>
public enum TensorType
{
    /// <summary>32-bit float (<c>F32</c>).</summary>
    Float32,

    /// <summary>64-bit float (<c>F64</c>).</summary>
    Float64,

    /// <summary>32-bit signed integer (<c>I32</c>).</summary>
    Int32,

    /// <summary>64-bit signed integer (<c>I64</c>).</summary>
    Int64,

    /// <summary>8-bit unsigned integer (<c>U8</c>).</summary>
    UInt8,

    /// <summary>16-bit unsigned integer (<c>U16</c>).</summary>
    UInt16,
}

/// <summary>Names and sizes of <see cref="TensorType"/>.</summary>
public static class TensorTypes
{
    /// <summary>The type's name in a safetensors header.</summary>
    public static string Name(this TensorType type) => type switch
    {
        TensorType.Float32 => "F32",
        TensorType.Float64 => "F64",
        TensorType.Int32 => "I32",
        TensorType.Int64 => "I64",
        TensorType.UInt8 => "U8",
        TensorType.UInt16 => "U16",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this TensorType type) => type switch
    {
        TensorType.Float32 or TensorType.Int32 => 4,
        TensorType.Float64 or TensorType.Int64 => 8,
        TensorType.UInt8 => 1,
        TensorType.UInt16 => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The type of a safetensors name, or <c>null</c> for one that this project does not use.</summary>
    public static TensorType? Parse(string name) => name switch
    {
        "F32" => TensorType.Float32,
        "F64" => TensorType.Float64,
        "I32" => TensorType.Int32,
        "I64" => TensorType.Int64,
        "U8" => TensorType.UInt8,
        "U16" => TensorType.UInt16,
        _ => null,
    };

    /// <summary>The type of a .NET element type.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static TensorType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? TensorType.Float32
        : typeof(T) == typeof(double) ? TensorType.Float64
        : typeof(T) == typeof(int) ? TensorType.Int32
        : typeof(T) == typeof(long) ? TensorType.Int64
        : typeof(T) == typeof(byte) ? TensorType.UInt8
        : typeof(T) == typeof(ushort) ? TensorType.UInt16
        : throw new ArgumentException($"no tensor type for {typeof(T)}");
}
