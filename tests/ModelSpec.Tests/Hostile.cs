using System.Buffers.Binary;
using System.Text;

namespace VqVae.Models.Tests;

/// <summary>Crafts malformed files, and checks that reading them fails as promised: one kind of exception, little memory.</summary>
internal static class Hostile
{
    /// <summary>More than any small file should need; what a hostile length field asks for is far above.</summary>
    private const long MaxAllocatedBytes = 1 << 20;

    /// <summary>A safetensors file with this header and data.</summary>
    public static byte[] File(string header, byte[] data) => File(Encoding.UTF8.GetBytes(header), data);

    /// <summary>A safetensors file with this header and data.</summary>
    public static byte[] File(byte[] header, byte[] data)
    {
        var content = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(content, header.Length);
        header.CopyTo(content, 8);
        data.CopyTo(content, 8 + header.Length);
        return content;
    }

    /// <summary>Runs a reader that must throw <see cref="ModelFormatException"/> without taking much memory.</summary>
    public static ModelFormatException AssertRefused(Action read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Record.Exception(read);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (error is not ModelFormatException refused)
            throw new Xunit.Sdk.XunitException($"expected a ModelFormatException, got {error?.ToString() ?? "none"}");

        Assert.True(allocated <= MaxAllocatedBytes, $"expected at most {MaxAllocatedBytes} bytes, {allocated} were allocated");
        Assert.InRange(refused.Message.Length, 10, 1000);
        return refused;
    }
}
