using System.IO.Compression;
using VqVae.Models;

namespace VqVae.Runtime.Tests;

/// <summary>
/// A decoder of raw files written from <c>docs/vq-format.md</c> alone, position by position and in its words. It shares no code with the library and checks
/// nothing: it takes only files that are right.
/// </summary>
internal static class PlainDecoder
{
    public static (int[][] Indices, byte[]? Alpha) Decode(byte[] file, IReadOnlyList<LatentPlane> planes)
    {
        var at = 4; // Magic and version.
        var (width, height) = (Varint(), Varint());
        var coding = file[at++];
        at += 8; // Model id.
        var rate = file[at++];
        var stages = file[at++];
        var t = (rate & 16) != 0 ? file[at++] : 10;

        byte[]? alpha = null;
        if ((coding & 4) != 0)
        {
            for (var number = Varint(); number != 0; number = Varint())
            {
                var length = Varint();
                if (number == 1) alpha = Alpha(file.AsSpan(at, length).ToArray(), width, height);
                at += length;
            }
        }

        var multiple = planes.Max(p => p.Stride);
        var (w, h) = (Up(width, multiple), Up(height, multiple));
        var tiles = (from y in Enumerable.Range(0, Up(h, 1 << t) >> t) from x in Enumerable.Range(0, Up(w, 1 << t) >> t) select (X: x << t, Y: y << t)).ToArray();
        var blocks = (from s in Enumerable.Range(0, stages) from p in Enumerable.Range(0, planes.Count) where planes[p].Stages > s from tile in tiles select (s, p, tile)).ToArray();
        if (tiles.Length > 1)
            foreach (var _ in blocks) Varint();

        var indices = planes.Select(p => new int[Math.Min(stages, p.Stages) * (w / p.Stride) * (h / p.Stride)]).ToArray();
        foreach (var (s, p, tile) in blocks)
        {
            var (stride, codes) = (planes[p].Stride, planes[p].Codes);
            var bits = (int)Math.Ceiling(Math.Log2(codes));
            var n = 0;
            for (var y = tile.Y / stride; y < Math.Min(tile.Y + (1 << t), h) / stride; y++)
            {
                for (var x = tile.X / stride; x < Math.Min(tile.X + (1 << t), w) / stride; x++, n++)
                {
                    var index = 0;
                    for (var j = 0; j < bits; j++) index |= ((file[at + (((n * bits) + j) / 8)] >> (((n * bits) + j) % 8)) & 1) << j;
                    indices[p][(((s * (h / stride)) + y) * (w / stride)) + x] = index;
                }
            }

            at += ((n * bits) + 7) / 8;
        }

        Assert.Equal(file.Length - 4, at);
        return (indices, alpha);

        int Varint()
        {
            var value = 0;
            for (var shift = 0; ; shift += 7)
            {
                value |= (file[at] & 127) << shift;
                if (file[at++] < 128) return value;
            }
        }
    }

    private static int Up(int size, int multiple) => (size + multiple - 1) / multiple * multiple;

    private static byte[] Alpha(byte[] section, int width, int height)
    {
        using var zlib = new ZLibStream(new MemoryStream(section), CompressionMode.Decompress);
        var rows = new byte[(width + 1) * height];
        zlib.ReadExactly(rows);
        var alpha = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                int a = At(x - 1, y), b = At(x, y - 1), c = At(x - 1, y - 1);
                int[] nearest = [.. new[] { a, b, c }.OrderBy(v => Math.Abs(v - (a + b - c)))];
                int[] p = [0, a, b, (a + b) / 2, nearest[0]];
                alpha[(y * width) + x] = (byte)(rows[(y * (width + 1)) + 1 + x] + p[rows[y * (width + 1)]]);
            }
        }

        return alpha;

        byte At(int x, int y) => x < 0 || y < 0 ? (byte)0 : alpha[(y * width) + x];
    }
}
