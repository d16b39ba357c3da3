using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace VqVae.Trainer.Run;

/// <summary>Writes NumPy's array files: <c>.npy</c>, version 1.0 of the format (NumPy Enhancement Proposal 1).</summary>
internal static class NpyFile
{
    /// <summary>Elements of 16 bits, unsigned and little-endian.</summary>
    public const string UInt16 = "<u2";

    /// <summary>The data begins at a multiple of this, so that the file can be mapped.</summary>
    private const int Alignment = 64;

    /// <summary>Writes what comes before the elements, which follow in row-major order.</summary>
    /// <param name="stream">The file, at its beginning.</param>
    /// <param name="type">NumPy's name of the element type, such as <see cref="UInt16"/>.</param>
    /// <param name="shape">Dimensions, outermost first.</param>
    public static void WriteHeader(Stream stream, string type, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(stream);

        // A Python dictionary with its keys in order; a tuple of one element needs the comma.
        var dimensions = new StringBuilder();
        foreach (var dimension in shape) dimensions.Append(CultureInfo.InvariantCulture, $"{dimension}, ");
        var tuple = shape.Length > 1 ? dimensions.ToString()[..^2] : dimensions.ToString().TrimEnd();
        var dictionary = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({tuple}), }}";

        ReadOnlySpan<byte> magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];
        var start = magic.Length + sizeof(ushort);
        var length = ((start + dictionary.Length + 1 + Alignment - 1) / Alignment * Alignment) - start;
        Span<byte> lengthBytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(lengthBytes, checked((ushort)length));
        stream.Write(magic);
        stream.Write(lengthBytes);
        stream.Write(Encoding.ASCII.GetBytes(dictionary.PadRight(length - 1) + "\n"));
    }
}
