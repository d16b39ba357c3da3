using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public class VqCodecSectionTests(TinyModel model) : IClassFixture<TinyModel>
{
    private const int Width = 29;
    private const int Height = 21;

    private static readonly byte[] Exif = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0];

    private readonly byte[] _rgb = DrawnImage.Rgb(Width, Height, seed: 1);

    private VqCodec Codec => model.Codec;

    [Fact]
    public void ReadExif_OfFileThatCarriesIt_ReturnsTheSameBytes()
    {
        foreach (var exif in new[] { Exif, [.. "II*\0"u8, .. new byte[100_000]] })
        {
            var vq = Codec.Compress(_rgb, Width, Height, options: new VqCompressOptions { Exif = exif });
            Assert.Equal(exif, VqFile.ReadExif(vq));
            Assert.Equal(Codec.Decompress(Codec.Compress(_rgb, Width, Height)).Pixels, Codec.Decompress(vq).Pixels);
            VqFile.Verify(vq);
        }

        Assert.Empty(VqFile.ReadExif(Codec.Compress(_rgb, Width, Height)));
    }

    [Fact]
    public void Compress_ExifOfAnotherForm_Throws()
    {
        Assert.Equal("EXIF: expected a TIFF structure, which begins with 49492a00 or 4d4d002a, got 45786966", Message([.. "Exif\0\0"u8, .. Exif]));
        Assert.Equal("EXIF: expected a TIFF structure, which begins with 49492a00 or 4d4d002a, got 4d4d00", Message(Exif[..3]));
        Assert.Equal("EXIF: expected at most 16777216 bytes, got 16777217", Message([.. "II*\0"u8, .. new byte[(16 << 20) - 3]]));

        string Message(byte[] exif) => Assert.Throws<ArgumentException>(() => Codec.Compress(_rgb, Width, Height, options: new VqCompressOptions { Exif = exif })).Message;
    }

    [Fact]
    public void ReadExif_SectionOfAnotherForm_IsRefusedButDoesNotStopDecoding()
    {
        var plain = Codec.Compress(_rgb, Width, Height);
        var size = VqFile.ReadParts(plain).HeaderBytes;
        byte[] file = [.. plain[..size], 2, 4, .. "JUNK"u8, 0, .. plain[size..]];
        file[6] |= 4;
        file = VqBytes.Seal(file[..^4]);
        Assert.Throws<VqFormatException>(() => VqFile.ReadExif(file));
        Assert.Throws<VqFormatException>(() => VqFile.Verify(file));
        Assert.Throws<VqFormatException>(() => Codec.Verify(file));
        Assert.Equal(Codec.Decompress(plain).Pixels, Codec.Decompress(file).Pixels);
    }

    [Theory]
    [InlineData(1, 1, false, false)]
    [InlineData(29, 21, true, false)]
    [InlineData(29, 21, true, true)]
    [InlineData(1100, 30, true, true)]
    public void Verify_IntactFile_SaysWhatItsBytesGoTo(int width, int height, bool exif, bool alpha)
    {
        var rgba = DrawnImage.Rgb(width, height, seed: 2).Chunk(3).SelectMany(p => p.Append((byte)(alpha ? p[0] : 255))).ToArray();
        var vq = Codec.Compress(rgba, width, height, PixelFormat.Rgba32, new VqCompressOptions { Exif = exif ? Exif : default });
        var parts = Codec.Verify(vq);
        Assert.Equal(parts with { StageBytes = null }, VqFile.ReadParts(vq));
        Assert.Equal(vq.Length, parts.HeaderBytes + parts.SectionBytes + parts.IndexBytes + parts.ChecksumBytes);
        Assert.Equal((exif ? Exif.Length : 0, alpha), (parts.ExifBytes, parts.AlphaBytes > 0));
        Assert.Equal(exif || alpha, parts.SectionBytes > parts.ExifBytes + parts.AlphaBytes);
        Assert.Equal(TinyModel.Spec.Stages, parts.StageBytes!.Count);

        // Three tiles of three stages have nine lengths of one or two bytes.
        var rest = parts.IndexBytes - parts.StageBytes.Sum();
        if (width <= 1024) Assert.Equal(0, rest);
        else Assert.InRange(rest, 9, 18);
    }

    [Fact]
    public void Verify_DamageUnderARightChecksum_IsFound()
    {
        var vq = Codec.Compress(_rgb, Width, Height);
        Assert.Throws<VqFormatException>(() => Codec.Verify(vq.AsSpan(..^1)));
        vq[^5] |= 0xf0;
        var sealedAgain = VqBytes.Seal(vq[..^4]);
        VqFile.Verify(sealedAgain);
        Assert.Contains("bits behind the last index", Assert.Throws<VqFormatException>(() => Codec.Verify(sealedAgain)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<OperationCanceledException>(() => Codec.Verify(vq, new CancellationToken(true)));
    }

    [Fact]
    public void ReadParts_FileWithoutIndices_IsRefused()
    {
        var vq = Codec.Compress(_rgb, Width, Height);
        var size = VqFile.ReadParts(vq).HeaderBytes;
        Assert.Throws<VqFormatException>(() => VqFile.ReadParts(vq.AsSpan(0, size + 4)));
        Assert.Equal(1, VqFile.ReadParts(vq.AsSpan(0, size + 5)).IndexBytes);
    }
}
