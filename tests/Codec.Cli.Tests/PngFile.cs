using System.Buffers.Binary;
using System.Text;
using VqVae.Codec.Cli.Images.Png;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Takes PNG files apart.</summary>
internal static class PngFile
{
    /// <summary>All chunks, their checksums compared.</summary>
    public static IReadOnlyList<(string Type, byte[] Content)> Chunks(byte[] png)
    {
        var chunks = new List<(string, byte[])>();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)), ~PngChunks.Update(uint.MaxValue, png.AsSpan(at + 4, 4 + length)));
            chunks.Add((Encoding.ASCII.GetString(png, at + 4, 4), png[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }

        return chunks;
    }
}
