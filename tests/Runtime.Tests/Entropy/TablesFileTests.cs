using System.Security.Cryptography;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public sealed class TablesFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(65_536)]
    [InlineData(200_000)]
    public void Read_AnyPart_GivesItsBytes(int length)
    {
        byte[][] parts = [Bytes(3, 1), Bytes(length, 2), Bytes(9, 3)];
        using var file = Open(parts)!;
        Assert.Equal("header"u8.ToArray(), file.Header);
        for (var i = 0; i < parts.Length; i++)
        {
            Assert.Equal(parts[i].Length, file.Length(i));
            Assert.Equal(parts[i], file.Read(i));
            Assert.Equal(6 + (4 * (i + 1)) + parts[..i].Sum(p => p.Length), file.Start(i));
        }
    }

    [Fact]
    public void Read_FileThatWasChangedMeanwhile_IsRefused()
    {
        using var file = Open([Bytes(10, 1), Bytes(10, 2)])!;
        using (var writer = new FileStream(_folder["tables.bin"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            writer.Position = 12;
            writer.WriteByte(99);
        }

        Assert.EndsWith("has changed since it was opened", Assert.Throws<ModelFormatException>(() => file.Read(0)).Message, StringComparison.Ordinal);
        Assert.Equal(Bytes(10, 2), file.Read(1));
    }

    [Fact]
    public void Open_OtherHash_SaysBoth()
    {
        File.WriteAllBytes(_folder["tables.bin"], "header"u8.ToArray());
        using var stream = File.OpenRead(_folder["tables.bin"]);
        var error = Assert.Throws<ModelFormatException>(() => TablesFile.Open(stream, new ManifestFile(6, new string('0', 64)), 6, 0));
        Assert.Contains("expected SHA-256 " + new string('0', 64) + ", got ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(2, 1)]
    [InlineData(2, 5)]
    public void Open_OtherPartsThanExpected_GivesNone(int expected, int more) => Assert.Null(Open([Bytes(7, 1), Bytes(7, 2)], expected, more));

    private TablesFile? Open(byte[][] parts, int? expected = null, int more = 0)
    {
        byte[] content = [.. "header"u8, .. parts.SelectMany(part => BitConverter.GetBytes(part.Length).Concat(part)), .. new byte[] { 255, 255, 255, 127, 1 }[..more]];
        File.WriteAllBytes(_folder["tables.bin"], content);
        var stream = new FileStream(_folder["tables.bin"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var file = TablesFile.Open(stream, new ManifestFile(content.Length, Convert.ToHexStringLower(SHA256.HashData(content))), 6, expected ?? parts.Length);
        if (file is null) stream.Dispose();
        return file;
    }

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
