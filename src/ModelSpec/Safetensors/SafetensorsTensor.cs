using System.Runtime.InteropServices;

namespace VqVae.Models;

/// <summary>A tensor of a <see cref="SafetensorsFile"/>.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Data">The elements, little-endian and row-major, inside the file's buffer.</param>
public sealed record SafetensorsTensor(TensorType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>The elements.</summary>
    /// <exception cref="ModelFormatException">The tensor holds another type.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        if (TensorTypes.Of<T>() != Type) throw new ModelFormatException($"expected a tensor of type {TensorTypes.Of<T>().Name()}, got {Type.Name()}");
        return MemoryMarshal.Cast<byte, T>(Data.Span);
    }
}
