using VqVae.Models;

namespace VqVae.Runtime.Tests;

/// <summary>
/// A decoder of blocks of the modes 1 and 2, written from <c>docs/vq-format.md</c> and <c>docs/models.md</c> alone and in their words. It shares no code with
/// the library and checks nothing.
/// </summary>
internal sealed class PlainRans
{
    private readonly byte[] _tables;
    private readonly List<(int Plane, int Stage, int Bits, int[] Frequencies)> _static = [];
    private readonly List<(int Plane, int Stage, PlainFastStage Tables)> _fast = [];
    private int _at;

    /// <summary>Reads the tables of the first rate point.</summary>
    public PlainRans(byte[] tables, IReadOnlyList<LatentPlane> planes)
    {
        _tables = tables;
        _at = 4 + 1 + 1 + (5 * planes.Count) + 1; // Magic, version, planes, rate points.
        _at += 4;
        for (var p = 0; p < planes.Count; p++)
        {
            for (var s = 0; s < planes[p].Stages; s++)
            {
                var bits = Number(1);
                if (bits > 0) _static.Add((p, s, bits, Numbers(planes[p].Codes, 2)));
            }
        }

        _at += 4;
        for (var p = 0; p < planes.Count; p++)
            for (var s = 0; s < planes[p].Stages; s++)
                if (Number(1) == 1) _fast.Add((p, s, ReadFast(planes[p].Codes, s == 0)));
    }

    public int[] DecodeStatic(byte[] block, int plane, int stage, int positions)
    {
        var (_, _, bits, frequencies) = _static.Single(t => (t.Plane, t.Stage) == (plane, stage));
        var (states, at) = States(block, positions < 512 ? 1 : positions < 4096 ? 2 : 4);
        return [.. Enumerable.Range(0, positions).Select(i => Symbol(block, ref states[i % states.Length], ref at, frequencies, bits))];
    }

    public int[] DecodeFast(byte[] block, int plane, int stage, int width, int height, int[] before)
    {
        var tables = _fast.Single(t => (t.Plane, t.Stage) == (plane, stage)).Tables;
        var (states, at) = States(block, width * height < 512 ? 1 : 2);
        var indices = new int[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var left = x > 0 ? tables.NeighbourClass[indices[(y * width) + x - 1]] : tables.N;
                var above = y > 0 ? tables.NeighbourClass[indices[((y - 1) * width) + x]] : tables.N;
                var earlier = stage > 0 ? tables.BeforeClass[before[(y * width) + x]] : 0;
                var table = tables.Contexts[(((above * tables.P) + earlier) * (tables.N + 1)) + left];
                var g = Symbol(block, ref states[0], ref at, tables.ClassFrequencies[table], 12);
                var number = Symbol(block, ref states[^1], ref at, tables.CodeFrequencies[tables.CodeTables[table]][g], 12);
                indices[(y * width) + x] = Enumerable.Range(0, tables.CodeClass.Length).Where(k => tables.CodeClass[k] == g).ElementAt(number);
            }
        }

        return indices;
    }

    private static (long[] States, int At) States(byte[] block, int count) =>
        ([.. Enumerable.Range(0, count).Select(i => (long)BitConverter.ToUInt32(block, 4 * i))], 4 * count);

    private static int Symbol(byte[] block, ref long x, ref int at, int[] frequencies, int b)
    {
        var d = x % (1 << b);
        var (symbol, c) = (0, 0);
        while (d >= c + frequencies[symbol]) c += frequencies[symbol++];
        x = (frequencies[symbol] * (x / (1 << b))) + d - c;
        if (x < 65536)
        {
            x = (65536 * x) + block[at] + (256 * block[at + 1]);
            at += 2;
        }

        return symbol;
    }

    private PlainFastStage ReadFast(int codes, bool first)
    {
        var n = Number(1);
        var neighbourClass = Numbers(codes, 1);
        var p = first ? 1 : Number(1);
        var beforeClass = first ? [] : Numbers(codes, 1);
        var g = Number(1);
        var codeClass = Numbers(codes, 1);
        var (t, u) = (Number(2), Number(1));
        var contexts = Numbers((n + 1) * (n + 1) * p, 1);
        var codeTables = Numbers(t, 1);
        var classes = Enumerable.Range(0, t).Select(_ => Numbers(g, 2)).ToArray();
        var inside = Enumerable.Range(0, u).Select(_ => Enumerable.Range(0, g).Select(c => Numbers(codeClass.Count(k => k == c), 2)).ToArray()).ToArray();
        return new PlainFastStage(n, neighbourClass, p, beforeClass, codeClass, contexts, codeTables, classes, inside);
    }

    private int[] Numbers(int count, int bytes) => [.. Enumerable.Range(0, count).Select(_ => Number(bytes))];

    private int Number(int bytes)
    {
        var value = 0;
        for (var i = 0; i < bytes; i++) value |= _tables[_at++] << (8 * i);
        return value;
    }

    private sealed record PlainFastStage(
        int N, int[] NeighbourClass, int P, int[] BeforeClass, int[] CodeClass, int[] Contexts, int[] CodeTables, int[][] ClassFrequencies, int[][][] CodeFrequencies);
}
