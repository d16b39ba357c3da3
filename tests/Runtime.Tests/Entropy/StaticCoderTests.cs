using System.Security.Cryptography;
using CsCheck;
using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

public class StaticCoderTests
{
    private static readonly Gen<(int Codes, int Width, int Height, int Seed)> Cases =
        from codes in Gen.OneOf(Gen.Int[2, 40], Gen.Int[41, 5000])
        from width in Gen.Int[1, 90]
        from height in Gen.Int[1, 70]
        from seed in Gen.Int
        select (codes, width, height, seed);

    [Fact]
    public void Decode_OfEncoded_GivesTheIndicesAndItsLength() => Cases.Sample(
        c =>
        {
            var random = new Random(c.Seed);
            var coder = new StaticCoder(RandomTables.Static(random, [new LatentPlane("", 8, 1, c.Codes)]));
            var indices = RandomTables.Indices(random, c.Codes, c.Width * c.Height);
            var bytes = Encode(coder, indices, c.Width, c.Height);
            byte[] more = [.. bytes, .. new byte[random.Next(20)]];

            var decoded = new ushort[indices.Length];
            Assert.Equal(bytes.Length, coder.Decode(more, Block(decoded, c.Width, c.Height)));
            Assert.Equal(indices, decoded);
        },
        seed: "0000KxqTJs57",
        iter: 200,
        threads: 1);

    [Fact]
    public void Encode_DestinationOneByteTooSmall_IsRefused() => Cases.Sample(
        c =>
        {
            var random = new Random(c.Seed);
            var coder = new StaticCoder(RandomTables.Static(random, [new LatentPlane("", 8, 1, c.Codes)]));
            var indices = RandomTables.Indices(random, c.Codes, c.Width * c.Height);
            var bytes = Encode(coder, indices, c.Width, c.Height);
            var exact = new byte[bytes.Length];
            Assert.Equal(bytes.Length, coder.Encode(Block(indices, c.Width, c.Height), exact));
            Assert.Equal(bytes, exact);
            Assert.Equal(-1, coder.Encode(Block(indices, c.Width, c.Height), exact.AsSpan(1)));
            Assert.Equal(-1, coder.Encode(Block(indices, c.Width, c.Height), []));
        },
        seed: "0000KxqTJs57",
        iter: 40,
        threads: 1);

    [Theory]
    [InlineData(6, 5)]
    [InlineData(40, 25)]
    [InlineData(80, 60)]
    public void Decode_EveryPrefix_AsksForMore(int width, int height)
    {
        var (coder, indices) = Sample(width, height);
        var bytes = Encode(coder, indices, width, height);
        for (var length = 0; length < bytes.Length; length++)
            Assert.True(coder.Decode(bytes.AsSpan(0, length), Block(new ushort[indices.Length], width, height)) > length, $"{length} bytes");
    }

    [Theory]
    [InlineData(6, 5)]
    [InlineData(40, 25)]
    public void Decode_AnyBitFlipped_IsNoticedOrGivesOtherIndices(int width, int height)
    {
        var (coder, indices) = Sample(width, height);
        var bytes = Encode(coder, indices, width, height);
        var (noticed, silent) = (0, 0);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var decoded = new ushort[indices.Length];
            try
            {
                if (coder.Decode(changed, Block(decoded, width, height)) == bytes.Length)
                {
                    Assert.NotEqual(indices, decoded);
                    silent++;
                }
                else
                {
                    noticed++;
                }
            }
            catch (VqFormatException e)
            {
                Assert.Contains("the block is damaged", e.Message, StringComparison.Ordinal);
                noticed++;
            }
        }

        // Where frequencies are 1 a flipped bit only makes another code, as in raw; the file's checksum is for that.
        Assert.InRange(noticed, bytes.Length, int.MaxValue);
        Assert.InRange(silent, 1, int.MaxValue);
    }

    [Fact]
    public void Decode_FirstStateTooSmall_IsRefused()
    {
        var (coder, indices) = Sample(6, 5);
        var error = Assert.Throws<VqFormatException>(() => coder.Decode([0xff, 0xff, 0, 0, 1, 2, 3, 4], Block(indices, 6, 5)));
        Assert.Contains("expected a first state of at least 65536, got 65535", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_StageWithoutTable_IsRefusedBothWays()
    {
        var coder = new StaticCoder(new StaticTables([[null]]));
        Assert.Equal(-1, coder.Encode(Block(new ushort[6], 3, 2), new byte[1000]));
        Assert.Throws<VqFormatException>(() => coder.Decode(new byte[1000], Block(new ushort[6], 3, 2)));
    }

    [Fact]
    public void Encode_IndexThatIsNoCode_IsRefused()
    {
        var (coder, indices) = Sample(6, 5);
        indices[7] = 512;
        Assert.Throws<InvalidOperationException>(() => coder.Encode(Block(indices, 6, 5), new byte[1000]));
    }

    // The format: if one of these changes, files made before decode to other indices.
    [Theory]
    [InlineData(6, 5, "d30dceb19723216b")]
    [InlineData(40, 25, "bbcf68c49b6c5730")]
    [InlineData(80, 60, "b129f633f85ee895")]
    public void Encode_SeededBlock_IsFixed(int width, int height, string hash)
    {
        var (coder, indices) = Sample(width, height);
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(Encode(coder, indices, width, height)).AsSpan(0, 8)));
    }

    [Fact]
    public void Encode_IndicesAsTheTableExpectsThem_TakeTheirEntropy()
    {
        // Each code as often as its frequency, in a mixed order: the code length is known exactly.
        var random = new Random(5);
        var table = RandomTables.Frequencies(random, 512, 14);
        var indices = Enumerable.Range(0, 512).SelectMany(k => Enumerable.Repeat((ushort)k, table.Frequencies[k])).ToArray();
        random.Shuffle(indices);
        var bits = indices.Sum(k => 14 - Math.Log2(table.Frequencies[k]));

        var bytes = Encode(new StaticCoder(new StaticTables([[table]])), indices, 128, 128);

        Assert.InRange(8 * bytes.Length, bits, (1.001 * bits) + (8 * Rans.MaxStates * Rans.StateBytes));
    }

    private static (StaticCoder Coder, ushort[] Indices) Sample(int width, int height)
    {
        var random = new Random(11);
        var table = RandomTables.Frequencies(random, 512, 12);
        return (new StaticCoder(new StaticTables([[table]])), RandomTables.Indices(random, 512, width * height));
    }

    private static byte[] Encode(StaticCoder coder, ushort[] indices, int width, int height)
    {
        var destination = new byte[(2 * indices.Length) + 16];
        return destination[..coder.Encode(Block(indices, width, height), destination)];
    }

    private static IndexBlock Block(ushort[] indices, int width, int height) =>
        new() { Plane = 0, Stage = 0, Width = width, Height = height, Earlier = [], Indices = indices };
}
