using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

/// <summary>Calls that are cancelled, that fail in a callback, or that are many at once: what comes out, and that nothing stays behind.</summary>
public sealed class PipelineFailureTests(TinyModel model) : IClassFixture<TinyModel>
{
    private const int Width = 500;
    private const int Height = 900;

    private readonly byte[] _rgb = DrawnImage.Rgb(Width, Height, seed: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Callbacks_ThatThrow_ThrowTheirExceptionOutOfTheCall(int threads)
    {
        using var codec = Load(threads);
        var vq = codec.Compress(_rgb, Width, Height);
        for (var call = 0; call < 8; call++)
        {
            var error = new NotSupportedException($"call {call}");
            var left = call;
            Assert.Same(error, Assert.Throws<NotSupportedException>(() => codec.Compress(
                (y, rows) =>
                {
                    if (left-- == 0) throw error;
                    _rgb.AsSpan(y * Width * 3, rows.Length).CopyTo(rows);
                },
                Width,
                Height)));
            left = call;
            Assert.Same(error, Assert.Throws<NotSupportedException>(() => codec.Decompress(
                vq,
                (_, _) =>
                {
                    if (left-- == 0) throw error;
                })));
        }

        // A callback's own cancellation is its own exception, too.
        var own = new OperationCanceledException("mine");
        Assert.Same(own, Assert.Throws<OperationCanceledException>(() => codec.Compress((_, _) => throw own, Width, Height)));
        Assert.Equal(0, codec.BufferedBytes);
        Assert.Equal(vq, codec.Compress(_rgb, Width, Height));
    }

    [Fact]
    public void Calls_CancelledAtAnyRow_ThrowWithTheCallersTokenAndCallNoMore()
    {
        using var codec = Load(3);
        var vq = codec.Compress(_rgb, Width, Height);
        for (var row = 0; row < Height; row += 100)
        {
            using var source = new CancellationTokenSource();
            var error = Assert.Throws<OperationCanceledException>(() => codec.Compress(
                (y, rows) =>
                {
                    Assert.False(source.IsCancellationRequested);
                    if (y >= row) source.Cancel();
                },
                Width,
                Height,
                cancellationToken: source.Token));
            Assert.Equal(source.Token, error.CancellationToken);

            using var other = new CancellationTokenSource();
            error = Assert.Throws<OperationCanceledException>(() => codec.Decompress(
                vq,
                (y, rows) =>
                {
                    Assert.False(other.IsCancellationRequested);
                    if (y >= row) other.Cancel();
                },
                cancellationToken: other.Token));
            Assert.Equal(other.Token, error.CancellationToken);
        }

        Assert.Equal(0, codec.BufferedBytes);
    }

    [Fact]
    public void Calls_ThatFail_GiveTheirPooledMemoryBack()
    {
        // What does not go back to the pools is allocated anew by the next call. One thread, so that it is this thread's to count.
        using var codec = Load(1);
        var vq = codec.Compress(_rgb, Width, Height);
        Assert.InRange(Allocated(() => codec.Compress((y, _) => throw new NotSupportedException($"{y}"), Width, Height)), 0, 32 << 10);
        Assert.InRange(Allocated(() => codec.Decompress(vq, (y, _) => throw new NotSupportedException($"{y}"))), 0, 32 << 10);

        static long Allocated(Action call) => Enumerable.Range(0, 6).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<NotSupportedException>(call);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }

    [Fact]
    public async Task SixtyFourCallsAtOnce_WithRandomCancellations_GiveWhatOneCallGives()
    {
        var unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> count = (_, _) => Interlocked.Increment(ref unobserved);
        TaskScheduler.UnobservedTaskException += count;
        using var codec = Load(2);
        (int Width, int Height)[] sizes = [(1, 1), (300, 200), (Width, Height), (64, 1100), (257, 511)];
        var images = sizes.Select((s, i) => DrawnImage.Rgb(s.Width, s.Height, i)).ToArray();
        byte[][] files, pixels;
        using (var alone = Load(1))
        {
            files = [.. images.Select((rgb, i) => alone.Compress(rgb, sizes[i].Width, sizes[i].Height))];
            pixels = [.. files.Select(f => alone.Decompress(f).Pixels)];
        }

        var (wrong, cancelled, finished) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(n => Task.Run(() =>
        {
            var random = new Random(n);
            for (var round = 0; round < 3; round++)
            {
                var i = random.Next(sizes.Length);
                using var source = new CancellationTokenSource();
                if (random.Next(3) == 0) source.CancelAfter(random.Next(60));
                try
                {
                    var isRight = random.Next(4) switch
                    {
                        0 => codec.Compress(images[i], sizes[i].Width, sizes[i].Height, cancellationToken: source.Token).AsSpan().SequenceEqual(files[i]),
                        1 => codec.Decompress(files[i], cancellationToken: source.Token).Pixels.AsSpan().SequenceEqual(pixels[i]),
                        2 => Read(codec, images[i], sizes[i], source.Token).AsSpan().SequenceEqual(files[i]),
                        _ => Write(codec, files[i], sizes[i], source.Token).AsSpan().SequenceEqual(pixels[i]),
                    };
                    if (!isRight) Interlocked.Increment(ref wrong);
                    Interlocked.Increment(ref finished);
                }
                catch (OperationCanceledException e) when (e.CancellationToken == source.Token)
                {
                    Interlocked.Increment(ref cancelled);
                }
            }
        })));
        Assert.Equal(0, wrong);
        Assert.Equal(64 * 3, finished + cancelled);
        Assert.InRange(finished, 64, 64 * 3);
        Assert.Equal(0, codec.BufferedBytes);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= count;
        Assert.Equal(0, unobserved);
    }

    [Fact]
    public async Task Calls_WhileTheThreadPoolIsExhausted_Finish()
    {
        using var codec = Load(4);
        var expected = codec.Compress(_rgb, Width, Height);
        using var letGo = new ManualResetEventSlim();
        ThreadPool.GetMinThreads(out var workers, out _);
        var blocked = Enumerable.Range(0, workers + 8).Select(_ => Task.Run(letGo.Wait)).ToArray();
        Assert.Equal(expected, codec.Compress(_rgb, Width, Height));
        Assert.Equal(Width, codec.Decompress(expected).Width);
        letGo.Set();
        await Task.WhenAll(blocked);
    }

    private static byte[] Read(VqCodec codec, byte[] rgb, (int Width, int Height) size, CancellationToken token) => codec.Compress(
        (y, rows) => rgb.AsSpan(y * size.Width * 3, rows.Length).CopyTo(rows), size.Width, size.Height, cancellationToken: token);

    private static byte[] Write(VqCodec codec, byte[] file, (int Width, int Height) size, CancellationToken token)
    {
        var pixels = new byte[size.Width * size.Height * 3];
        codec.Decompress(file, (y, rows) => rows.CopyTo(pixels.AsSpan(y * size.Width * 3)), cancellationToken: token);
        return pixels;
    }

    private VqCodec Load(int threads) =>
        VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = threads, WindowPixels = 128 * 128 });
}
