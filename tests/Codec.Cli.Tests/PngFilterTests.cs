using VqVae.Codec.Cli.Images.Png;

namespace VqVae.Codec.Cli.Tests;

public sealed class PngFilterTests
{
    public static TheoryData<byte, int> FiltersAndPixels
    {
        get
        {
            var data = new TheoryData<byte, int>();
            for (byte filter = 0; filter < PngFilter.Count; filter++)
                for (var pixel = 1; pixel <= 4; pixel++) data.Add(filter, pixel);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(FiltersAndPixels))]
    public void Apply_VectorsAndScalar_GiveTheSameAndUndoToTheRow(byte filter, int pixel)
    {
        var random = new Random((filter * 10) + pixel);
        foreach (var pixels in (int[])[1, 2, 15, 16, 17, 31, 63, 64, 65, 200, 1000])
        {
            var length = pixels * pixel;
            var (current, above) = (Row(random, pixel, length), Row(random, pixel, length));
            var (scalar, vectors) = (new byte[length], new byte[length]);
            PngFilter.Apply(filter, current, above, pixel, scalar, vectors: false);
            PngFilter.Apply(filter, current, above, pixel, vectors);
            Assert.Equal(scalar, vectors);
            Assert.Equal(current[pixel..], Undo(filter, scalar, above, pixel));
        }
    }

    [Fact]
    public void Apply_EveryTripleOfNeighbours_PredictsAsTheSpecificationSays()
    {
        // Above left in blocks of rows, above and left as the two sides of a square: all of a coarse grid with the extremes.
        int[] values = [0, 1, 2, 63, 127, 128, 129, 200, 254, 255];
        var triples = (from a in values from b in values from c in values select (Left: (byte)a, Up: (byte)b, UpLeft: (byte)c)).ToArray();

        // Each triple is a pixel of its own in a row of 2-pixel groups: left and the pixel itself below above left and above.
        var (current, above) = (new byte[1 + (2 * triples.Length)], new byte[1 + (2 * triples.Length)]);
        for (var i = 0; i < triples.Length; i++)
        {
            (current[1 + (2 * i)], current[2 + (2 * i)]) = (triples[i].Left, 77);
            (above[1 + (2 * i)], above[2 + (2 * i)]) = (triples[i].UpLeft, triples[i].Up);
        }

        var filtered = new byte[2 * triples.Length];
        PngFilter.Apply(PngFilter.Paeth, current, above, 1, filtered);
        for (var i = 0; i < triples.Length; i++)
        {
            var (a, b, c) = triples[i];
            Assert.Equal((byte)(77 - Paeth(a, b, c)), filtered[(2 * i) + 1]);
        }
    }

    [Fact]
    public void Magnitude_VectorsAndScalar_GiveTheSame()
    {
        var random = new Random(7);
        foreach (var length in (int[])[0, 1, 31, 32, 33, 5000, 100_000])
        {
            var row = new byte[length];
            random.NextBytes(row);
            Assert.Equal(PngFilter.Magnitude(row, vectors: false), PngFilter.Magnitude(row));
        }

        // The largest magnitude everywhere: no lane overflows.
        Assert.Equal(128 * 100_000L, PngFilter.Magnitude([.. Enumerable.Repeat((byte)128, 100_000)]));
    }

    [Fact]
    public void ApplyBest_RowsThatOneFilterPredicts_ChoosesIt()
    {
        const int Length = 300;
        var random = new Random(8);
        var noise = Row(random, 1, Length);
        var (target, scratch) = (new byte[Length], new byte[Length]);

        var flat = new byte[1 + Length];
        Array.Fill(flat, (byte)90, 1, Length);
        Assert.Equal(PngFilter.Sub, PngFilter.ApplyBest(flat, noise, 1, target, scratch));

        // Equal rows are predicted by Up and by Paeth alike.
        PngFilter.ApplyBest(noise, noise, 1, target, scratch);
        Assert.All(target, v => Assert.Equal(0, v));

        var mean = (byte[])noise.Clone();
        for (var i = 1; i <= Length; i++) mean[i] = (byte)((mean[i - 1] + noise[i]) >> 1);
        Assert.Equal(PngFilter.Average, PngFilter.ApplyBest(mean, noise, 1, target, scratch));
        Assert.All(target, v => Assert.Equal(0, v));
    }

    [Fact]
    public void Update_Crc_IsThatOfTheSpecification()
    {
        // The check value of CRC-32/ISO-HDLC, and the CRC that ends every PNG.
        Assert.Equal(0xcbf43926u, ~PngChunks.Update(uint.MaxValue, "123456789"u8));
        Assert.Equal(0xae426082u, ~PngChunks.Update(uint.MaxValue, "IEND"u8));
        var random = new Random(9);
        var bytes = new byte[1000];
        random.NextBytes(bytes);
        Assert.Equal(PngChunks.Update(uint.MaxValue, bytes), PngChunks.Update(PngChunks.Update(uint.MaxValue, bytes.AsSpan(0, 333)), bytes.AsSpan(333)));
    }

    private static byte[] Row(Random random, int pixel, int length)
    {
        var row = new byte[pixel + length];
        random.NextBytes(row.AsSpan(pixel));
        return row;
    }

    /// <summary>The reconstruction of PNG's specification, section 9.2, written down as it stands there.</summary>
    private static byte[] Undo(byte filter, byte[] filtered, byte[] above, int pixel)
    {
        var row = new byte[filtered.Length];
        for (var i = 0; i < row.Length; i++)
        {
            var (a, b, c) = (i >= pixel ? row[i - pixel] : 0, above[i + pixel], above[i]);
            row[i] = (byte)(filtered[i] + filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => Paeth(a, b, c) });
        }

        return row;
    }

    private static int Paeth(int a, int b, int c)
    {
        var p = a + b - c;
        var (pa, pb, pc) = (Math.Abs(p - a), Math.Abs(p - b), Math.Abs(p - c));
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
