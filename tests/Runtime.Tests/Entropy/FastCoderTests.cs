using System.Security.Cryptography;
using CsCheck;
using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

public class FastCoderTests
{
    private static readonly Gen<(int Codes, int Stages, int Width, int Height, int Seed)> Cases =
        from codes in Gen.OneOf(Gen.Int[2, 40], Gen.Int[41, 1500])
        from stages in Gen.Int[1, 3]
        from width in Gen.Int[1, 60]
        from height in Gen.Int[1, 50]
        from seed in Gen.Int
        select (codes, stages, width, height, seed);

    [Fact]
    public void Decode_OfEncoded_GivesTheIndicesWithAndWithoutVectors() => Cases.Sample(
        c =>
        {
            var random = new Random(c.Seed);
            var tables = RandomTables.Fast(random, [new LatentPlane("", 8, c.Stages, c.Codes)]);
            var indices = RandomTables.Indices(random, c.Codes, c.Stages * c.Width * c.Height);
            var stage = random.Next(c.Stages);
            var bytes = Encode(new FastCoder(tables), indices, stage, c.Width, c.Height);
            Assert.Equal(bytes, Encode(new FastCoder(tables, vectors: false), indices, stage, c.Width, c.Height));
            byte[] more = [.. bytes, .. new byte[random.Next(20)]];

            for (var way = 0; way < 2; way++)
            {
                var decoded = indices.ToArray();
                var block = Block(decoded, stage, c.Width, c.Height);
                block.Indices.Fill(ushort.MaxValue);
                Assert.Equal(bytes.Length, new FastCoder(tables, vectors: way == 1).Decode(more, block));
                Assert.Equal(indices, decoded);
            }
        },
        seed: "0000KxqTJs57",
        iter: 100,
        threads: 1);

    [Fact]
    public void Encode_DestinationOneByteTooSmall_IsRefused() => Cases.Sample(
        c =>
        {
            var random = new Random(c.Seed);
            var coder = new FastCoder(RandomTables.Fast(random, [new LatentPlane("", 8, c.Stages, c.Codes)]));
            var indices = RandomTables.Indices(random, c.Codes, c.Stages * c.Width * c.Height);
            var bytes = Encode(coder, indices, 0, c.Width, c.Height);
            var exact = new byte[bytes.Length];
            Assert.Equal(bytes.Length, coder.Encode(Block(indices, 0, c.Width, c.Height), exact));
            Assert.Equal(bytes, exact);
            Assert.Equal(-1, coder.Encode(Block(indices, 0, c.Width, c.Height), exact.AsSpan(1)));
            Assert.Equal(-1, coder.Encode(Block(indices, 0, c.Width, c.Height), []));
        },
        seed: "0000KxqTJs57",
        iter: 30,
        threads: 1);

    [Theory]
    [InlineData(6, 5)]
    [InlineData(40, 25)]
    public void Decode_EveryPrefix_AsksForMoreButNotForMoreThanThereIs(int width, int height)
    {
        var (coder, indices) = Sample(width, height);
        var bytes = Encode(coder, indices, 1, width, height);
        for (var length = 0; length < bytes.Length; length++)
            Assert.InRange(coder.Decode(bytes.AsSpan(0, length), Block([.. indices], 1, width, height)), length + 1, bytes.Length);
    }

    [Fact]
    public void Decode_AnyBitFlipped_IsTheBlocksErrorOrOtherIndices()
    {
        var (coder, indices) = Sample(30, 20);
        var bytes = Encode(coder, indices, 1, 30, 20);
        var noticed = 0;
        for (var bit = 0; bit < 8 * bytes.Length; bit += 3)
        {
            var changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            ushort[] decoded = [.. indices];
            try
            {
                if (coder.Decode(changed, Block(decoded, 1, 30, 20)) != bytes.Length) noticed++;
                else Assert.NotEqual(indices, decoded);
            }
            catch (VqFormatException e)
            {
                Assert.Contains("the block is damaged", e.Message, StringComparison.Ordinal);
                noticed++;
            }
        }

        Assert.InRange(noticed, bytes.Length, 8 * bytes.Length);
    }

    [Fact]
    public void Decode_FirstStateTooSmall_IsRefused()
    {
        var (coder, indices) = Sample(6, 5);
        Assert.Throws<VqFormatException>(() => coder.Decode([0xff, 0xff, 0, 0, 1, 2, 3, 4], Block(indices, 1, 6, 5)));
    }

    [Fact]
    public void Encode_StageWithoutTables_IsRefusedBothWays()
    {
        var coder = new FastCoder(new FastTables([[null]]));
        Assert.Equal(-1, coder.Encode(Block(new ushort[6], 0, 3, 2), new byte[1000]));
        Assert.Throws<VqFormatException>(() => coder.Decode(new byte[1000], Block(new ushort[6], 0, 3, 2)));
    }

    [Fact]
    public void Encode_IndexThatIsNoCode_IsRefused()
    {
        var (coder, indices) = Sample(6, 5);
        indices[37] = 300;
        Assert.Throws<InvalidOperationException>(() => coder.Encode(Block(indices, 1, 6, 5), new byte[1000]));
    }

    // The format: if one of these changes, files made before decode to other indices.
    [Theory]
    [InlineData(6, 5, 0, "37af7522e234b72f")]
    [InlineData(6, 5, 1, "7291fd6a405cd4f7")]
    [InlineData(40, 25, 0, "280793b898c4ac2f")]
    [InlineData(40, 25, 1, "d85b251cfcfcb397")]
    public void Encode_SeededBlock_IsFixed(int width, int height, int stage, string hash)
    {
        var (coder, indices) = Sample(width, height);
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(Encode(coder, indices, stage, width, height)).AsSpan(0, 8)));
    }

    private static (FastCoder Coder, ushort[] Indices) Sample(int width, int height)
    {
        var random = new Random(12);
        return (new FastCoder(RandomTables.Fast(random, [new LatentPlane("", 8, 2, 300)])), RandomTables.Indices(random, 300, 2 * width * height));
    }

    private static byte[] Encode(FastCoder coder, ushort[] indices, int stage, int width, int height)
    {
        var destination = new byte[(4 * width * height) + 16];
        return destination[..coder.Encode(Block(indices, stage, width, height), destination)];
    }

    /// <summary>A stage's block of maps that lie stage after stage.</summary>
    private static IndexBlock Block(ushort[] indices, int stage, int width, int height) => new()
    {
        Plane = 0,
        Stage = stage,
        Width = width,
        Height = height,
        Earlier = indices.AsSpan(0, stage * width * height),
        Indices = indices.AsSpan(stage * width * height, width * height),
    };
}
