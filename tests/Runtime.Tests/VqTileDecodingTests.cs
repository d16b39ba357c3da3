using VqVae.Models;

namespace VqVae.Runtime.Tests;

/// <summary>How a codec decodes the tiles of files: what runs at once, what stops it, what is allocated before.</summary>
public class VqTileDecodingTests
{
    [Fact]
    public void Verify_SeveralTiles_DecodesThemAtTheSameTime()
    {
        var meeting = new MeetingCoder(new RunLengthCoder(TwoPlaneModel.Planes), wanted: 2);
        using var codec = TwoPlaneModel.Load(coders: Coders(meeting), threads: 2);
        var file = File();
        var parts = codec.Verify(file);
        Assert.Equal(2, meeting.Most);
        Assert.Equal(3, parts.StageBytes!.Count);
        Assert.InRange(parts.StageBytes.Sum(), 1, parts.IndexBytes);
        Assert.Equal(0, codec.BufferedBytes);
    }

    [Fact]
    public void Verify_CancelledInsideATile_StopsBeforeTheNextBlock()
    {
        using var source = new CancellationTokenSource();
        var coder = new CancellingCoder(new RunLengthCoder(TwoPlaneModel.Planes), source);
        using var codec = TwoPlaneModel.Load(coders: Coders(coder), threads: 1);
        var file = File();
        Assert.Equal(source.Token, Assert.Throws<OperationCanceledException>(() => codec.Verify(file, source.Token)).CancellationToken);
        Assert.Equal(1, coder.Blocks);
        Assert.Equal(0, codec.BufferedBytes);
    }

    [Fact]
    public void Decompress_BeforeTheFirstTileIsDecoded_HoldsNothingButTheIndices()
    {
        var held = -1L;
        VqCodec? codec = null;
        var watching = new WatchingCoder(() => held = codec!.BufferedBytes);
        using (codec = TwoPlaneModel.Load(coders: Coders(watching)))
        {
            var file = File();
            Assert.Throws<VqFormatException>(() => codec.Decompress(file));
            Assert.Equal(IndexMaps.Bytes(TwoPlaneModel.Planes, 3, Padding.Of(TwoPlaneModel.Planes, 200, 150)), held);
            Assert.Equal(0, codec.BufferedBytes);
        }
    }

    private static CoderSet Coders(IIndexCoder coder) => new(TwoPlaneModel.Manifest, (mode, _) => mode == VqEntropyMode.Static ? coder : null);

    private static byte[] File()
    {
        var indices = VqBytes.RandomIndices(TwoPlaneModel.Planes, 200, 150, new Random(4));
        foreach (var plane in indices) plane.AsSpan().Fill(1);
        var header = VqBytes.Header(200, 150, 3) with { ModelId = ModelId.Parse(TwoPlaneModel.Manifest.Id), TileBits = 6, EntropyMode = VqEntropyMode.Static };
        return VqBytes.Write(header, TwoPlaneModel.Planes, indices, new RunLengthCoder(TwoPlaneModel.Planes));
    }

    /// <summary>Keeps the first blocks until so many are decoded at once, or for a while.</summary>
    private sealed class MeetingCoder(IIndexCoder inner, int wanted) : IIndexCoder
    {
        private readonly object _lock = new();
        private int _running;

        public int Most { get; private set; }

        public int Encode(in IndexBlock block, Span<byte> destination) => inner.Encode(block, destination);

        public int Decode(ReadOnlySpan<byte> source, in IndexBlock block)
        {
            lock (_lock)
            {
                Most = Math.Max(Most, ++_running);
                if (Most == wanted) Monitor.PulseAll(_lock);
                else Monitor.Wait(_lock, TimeSpan.FromSeconds(5));
            }

            try
            {
                return inner.Decode(source, block);
            }
            finally
            {
                lock (_lock) _running--;
            }
        }
    }

    /// <summary>Refuses every block.</summary>
    private sealed class WatchingCoder(Action watch) : IIndexCoder
    {
        public int Encode(in IndexBlock block, Span<byte> destination) => throw new NotSupportedException();

        public int Decode(ReadOnlySpan<byte> source, in IndexBlock block)
        {
            watch();
            throw new VqFormatException("refused");
        }
    }

    private sealed class CancellingCoder(IIndexCoder inner, CancellationTokenSource source) : IIndexCoder
    {
        public int Blocks { get; private set; }

        public int Encode(in IndexBlock block, Span<byte> destination) => inner.Encode(block, destination);

        public int Decode(ReadOnlySpan<byte> data, in IndexBlock block)
        {
            Blocks++;
            source.Cancel();
            return inner.Decode(data, block);
        }
    }
}
