using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public sealed class SteadyStateTests(TinyModel model) : IClassFixture<TinyModel>
{
    /// <summary>What a call may take from the managed heap beside its result: small objects whose number does not grow with the image.</summary>
    private const long MostBytes = 16 << 10;

    [Theory]
    [InlineData(64, 48)]
    [InlineData(640, 480)]
    public void CompressAndDecompress_Again_AllocateTheResultAndLittleElse(int width, int height)
    {
        using var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = 1 });
        var rgb = DrawnImage.Rgb(width, height, seed: 1);
        byte[] vq = [];
        for (var i = 0; i < 3; i++)
        {
            vq = codec.Compress(rgb, width, height);
            codec.Decompress(vq);
        }

        var kept = codec.KeptBytes;
        Assert.InRange(Allocated(() => codec.Compress(rgb, width, height)) - vq.Length, 0, MostBytes);
        Assert.InRange(Allocated(() => codec.Decompress(vq)) - rgb.Length, 0, MostBytes);
        Assert.Equal((0, kept), (codec.BufferedBytes, codec.KeptBytes));
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
