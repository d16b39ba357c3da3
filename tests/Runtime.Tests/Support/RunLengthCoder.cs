using VqVae.Models;

namespace VqVae.Runtime.Tests;

/// <summary>
/// A simple coder for tests of the container: runs of equal differences to the stage before, each a length (2 bytes) and a difference (2 bytes).
/// Small on flat maps, over the raw size on noise.
/// </summary>
internal sealed class RunLengthCoder(IReadOnlyList<LatentPlane> planes) : IIndexCoder
{
    private const int RunSize = 4;

    public int Encode(in IndexBlock block, Span<byte> destination)
    {
        var at = 0;
        for (var i = 0; i < block.Indices.Length;)
        {
            var difference = Difference(block, i);
            var run = 1;
            while (i + run < block.Indices.Length && run < ushort.MaxValue && Difference(block, i + run) == difference) run++;
            if (at + RunSize > destination.Length) return -1;
            BitConverter.TryWriteBytes(destination[at..], (ushort)run);
            BitConverter.TryWriteBytes(destination[(at + 2)..], (ushort)difference);
            at += RunSize;
            i += run;
        }

        return at;
    }

    public int Decode(ReadOnlySpan<byte> source, in IndexBlock block)
    {
        var codes = planes[block.Plane].Codes;
        var at = 0;
        for (var i = 0; i < block.Indices.Length; at += RunSize)
        {
            if (at + RunSize > source.Length) return at + RunSize;
            var run = BitConverter.ToUInt16(source[at..]);
            var difference = BitConverter.ToUInt16(source[(at + 2)..]);
            if (run == 0 || i + run > block.Indices.Length || difference >= codes) throw new VqFormatException($"run {run}, difference {difference}");
            for (var end = i + run; i < end; i++) block.Indices[i] = (ushort)((Before(block, i) + difference) % codes);
        }

        return at;
    }

    private int Difference(in IndexBlock block, int i)
    {
        var codes = planes[block.Plane].Codes;
        return (block.Indices[i] - Before(block, i) + codes) % codes;
    }

    private static int Before(in IndexBlock block, int i) => block.Stage == 0 ? 0 : block.EarlierStage(block.Stage - 1)[i];
}
