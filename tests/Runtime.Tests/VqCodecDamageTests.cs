using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public sealed class VqCodecDamageTests : IClassFixture<TinyModel>
{
    private const int Width = 45;
    private const int Height = 22;

    private readonly TinyModel _model;
    private readonly byte[] _vq;

    public VqCodecDamageTests(TinyModel model)
    {
        _model = model;
        _vq = model.Codec.Compress(DrawnImage.Rgb(Width, Height, seed: 1), Width, Height);
    }

    [Fact]
    public void Decompress_EveryPrefix_SaysThatTheFileIsCutShort()
    {
        for (var length = 0; length < _vq.Length; length++)
        {
            var error = Assert.Throws<VqFormatException>(() => _model.Codec.Decompress(_vq.AsSpan(0, length)));
            Assert.Contains("the file is cut short", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Decompress_TenThousandBitFlips_IsAlwaysAnError()
    {
        // The checksum finds every one of up to three wrong bits in files of this size, and these of more bits.
        var random = new Random(11);
        for (var i = 0; i < 10_000; i++)
        {
            var damaged = (byte[])_vq.Clone();
            for (var n = i % 2 == 0 ? 1 : random.Next(2, 9); n > 0; n--) Flip(damaged, random, damaged.Length);
            if (damaged.AsSpan().SequenceEqual(_vq)) continue;
            Assert.Throws<VqFormatException>(() => _model.Codec.Decompress(damaged));
        }
    }

    [Fact]
    public void Decompress_BitFlipsUnderARightChecksum_AreErrorsOrTheIndicesThatAreWritten()
    {
        var random = new Random(12);
        var (right, refused) = (0, 0);
        for (var i = 0; i < 3_000; i++)
        {
            var damaged = (byte[])_vq.Clone();
            for (var n = random.Next(1, 4); n > 0; n--) Flip(damaged, random, random.Next(2) == 0 ? 20 : damaged.Length - 4);
            damaged = VqBytes.Seal(damaged[..^4]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var image = _model.Codec.Decompress(damaged);
                var info = VqFile.ReadInfo(damaged);
                Assert.Equal((info.Width, info.Height, info.Format), (image.Width, image.Height, image.Format));
                var size = damaged.Length - _vq.Length;
                Assert.Equal(0, size);
                Assert.All(_model.FileIndices(damaged), index => Assert.InRange(index, 0, TinyModel.Spec.Codes - 1));
                right++;
            }
            catch (VqFormatException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }

        // Both ways are taken, so that the test shows something about each.
        Assert.InRange(right, 100, 2_900);
        Assert.InRange(refused, 100, 2_900);
    }

    [Fact]
    public void Decompress_RandomBytes_NeverFailsOtherwise()
    {
        var random = new Random(13);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = new byte[random.Next(0, 64)];
            random.NextBytes(bytes);
            _vq.AsSpan(0, Math.Min(random.Next(0, 18), bytes.Length)).CopyTo(bytes);
            Assert.Throws<VqFormatException>(() => _model.Codec.Decompress(bytes));
        }
    }

    private static void Flip(byte[] file, Random random, int length) => file[random.Next(length)] ^= (byte)(1 << random.Next(8));
}
