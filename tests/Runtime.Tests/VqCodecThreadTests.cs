using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public sealed class VqCodecThreadTests(TinyModel model) : IClassFixture<TinyModel>
{
    private static readonly (int Width, int Height)[] Sizes = [(1, 1), (64, 48), (37, 91), (128, 128), (9, 200)];

    [Fact]
    public void OneInstance_FromEightThreads_GivesWhatOneThreadGives()
    {
        var images = Sizes.Select((s, i) => DrawnImage.Rgb(s.Width, s.Height, i)).ToArray();
        var files = images.Select((rgb, i) => model.Codec.Compress(rgb, Sizes[i].Width, Sizes[i].Height)).ToArray();
        var decoded = files.Select(f => model.Codec.Decompress(f).Pixels).ToArray();
        var wrong = 0;
        Run(8, thread =>
        {
            for (var n = 0; n < 25; n++)
            {
                var i = (n + thread) % Sizes.Length;
                if (!model.Codec.Compress(images[i], Sizes[i].Width, Sizes[i].Height).AsSpan().SequenceEqual(files[i])) Interlocked.Increment(ref wrong);
                if (!model.Codec.Decompress(files[i]).Pixels.AsSpan().SequenceEqual(decoded[i])) Interlocked.Increment(ref wrong);
            }
        });
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void Dispose_WhileCallsRun_LetsThemFinishAndRefusesTheNext()
    {
        var rgb = DrawnImage.Rgb(64, 64, seed: 1);
        var expected = model.Codec.Compress(rgb, 64, 64);
        for (var round = 0; round < 5; round++)
        {
            var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = 1 });
            using var started = new CountdownEvent(4);
            var wrong = 0;
            var refused = 0;
            Run(5, thread =>
            {
                if (thread == 4)
                {
                    started.Wait();
                    codec.Dispose();
                    return;
                }

                for (var n = 0; ; n++)
                {
                    try
                    {
                        if (!codec.Compress(rgb, 64, 64).AsSpan().SequenceEqual(expected)) Interlocked.Increment(ref wrong);
                    }
                    catch (ObjectDisposedException)
                    {
                        Interlocked.Increment(ref refused);
                        return;
                    }

                    if (n == 0) started.Signal();
                }
            });
            Assert.Equal((0, 4), (wrong, refused));
        }
    }

    /// <summary>Runs the action on so many threads, and throws what one of them threw.</summary>
    private static void Run(int count, Action<int> action)
    {
        Exception? error = null;
        var threads = Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            try
            {
                action(i);
            }
            catch (Exception e)
            {
                error = e;
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (error is not null) throw new AggregateException(error);
    }
}
