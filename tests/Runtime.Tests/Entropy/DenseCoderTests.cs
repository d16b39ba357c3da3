using System.Security.Cryptography;
using CsCheck;
using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

public class DenseCoderTests
{
    private static readonly Gen<(int Codes, int Stages, int Width, int Height, int Seed)> Cases =
        from codes in Gen.OneOf(Gen.Int[2, 20], Gen.Int[21, 600], Gen.OneOf(2, 3, 511, 512, 2000))
        from stages in Gen.Int[1, 5]
        from width in Gen.Int[1, 24]
        from height in Gen.Int[1, 20]
        from seed in Gen.Int
        select (codes, stages, width, height, seed);

    [Fact]
    public void Decode_OfEncoded_GivesTheIndicesAndItsLength() => Cases.Sample(
        c =>
        {
            var (tables, maps, random) = Make(c);
            var coder = new DenseCoder(tables);
            for (var stage = 0; stage < c.Stages; stage++)
            {
                var bytes = Encode(coder, maps, stage, c);
                var followed = new byte[bytes.Length + random.Next(9)];
                random.NextBytes(followed);
                bytes.CopyTo(followed, 0);

                var decoded = (ushort[])maps.Clone();
                Own(decoded, stage, c).Clear();
                Assert.Equal(bytes.Length, coder.Decode(followed, Block(decoded, stage, c)));
                Assert.Equal(maps, decoded);
            }
        },
        seed: "0000KxqTJs57",
        iter: 150,
        threads: 1);

    [Fact]
    public void Encode_EveryKernel_GivesTheSameBytes() => Cases.Sample(
        c =>
        {
            var (tables, maps, _) = Make(c);
            for (var stage = 0; stage < c.Stages; stage++)
            {
                var expected = Encode(new DenseCoder(tables, DenseKernel.Scalar), maps, stage, c);
                foreach (var kernel in Enum.GetValues<DenseKernel>())
                {
                    Assert.Equal(expected, Encode(new DenseCoder(tables, kernel), maps, stage, c));
                    var decoded = (ushort[])maps.Clone();
                    Own(decoded, stage, c).Clear();
                    Assert.Equal(expected.Length, new DenseCoder(tables, kernel).Decode(expected, Block(decoded, stage, c)));
                    Assert.Equal(maps, decoded);
                }
            }
        },
        seed: "0000KxqTJs58",
        iter: 40,
        threads: 1);

    [Fact]
    public void Encode_DestinationOneByteTooSmall_IsRefused() => Cases.Sample(
        c =>
        {
            var (tables, maps, _) = Make(c);
            var coder = new DenseCoder(tables);
            var bytes = Encode(coder, maps, 0, c);
            var exact = new byte[bytes.Length];
            Assert.Equal(bytes.Length, coder.Encode(Block(maps, 0, c), exact));
            Assert.Equal(bytes, exact);
            if (bytes.Length > 0) Assert.Equal(-1, coder.Encode(Block(maps, 0, c), exact.AsSpan(1)));
        },
        seed: "0000KxqTJs59",
        iter: 40,
        threads: 1);

    [Fact]
    public void Decode_EveryPrefix_AsksForMore()
    {
        var c = (Codes: 40, Stages: 3, Width: 11, Height: 7, Seed: 5);
        var (tables, maps, _) = Make(c);
        var coder = new DenseCoder(tables);
        for (var stage = 0; stage < c.Stages; stage++)
        {
            var bytes = Encode(coder, maps, stage, c);
            Assert.InRange(bytes.Length, 20, 400);
            for (var length = 0; length < bytes.Length; length++)
            {
                var decoded = (ushort[])maps.Clone();
                Assert.True(coder.Decode(bytes.AsSpan(0, length), Block(decoded, stage, c)) > length, $"{length} bytes");
            }
        }
    }

    [Fact]
    public void Decode_AnyBitFlipped_IsNoticedOrGivesOtherIndices()
    {
        var c = (Codes: 40, Stages: 2, Width: 11, Height: 7, Seed: 6);
        var (tables, maps, _) = Make(c);
        var coder = new DenseCoder(tables);
        var bytes = Encode(coder, maps, 1, c);
        var other = 0;
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var changed = (byte[])bytes.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var decoded = (ushort[])maps.Clone();
            try
            {
                if (coder.Decode(changed, Block(decoded, 1, c)) > bytes.Length) continue;
                Assert.NotEqual(maps, decoded);
                Assert.All(Own(decoded, 1, c).ToArray(), code => Assert.InRange(code, 0, c.Codes - 1));
                other++;
            }
            catch (VqFormatException e)
            {
                Assert.Contains("the block is damaged", e.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(other, 1, 8 * bytes.Length);
    }

    [Fact]
    public void Decode_NothingToReadOfALargeBlock_StopsAtOnce()
    {
        // 4096 × 4096 positions would take minutes.
        var tables = RandomDenseTables.Make(new Random(3), [new LatentPlane("", 8, 1, 512)]);
        var indices = new ushort[1 << 24];
        var block = new IndexBlock { Plane = 0, Stage = 0, Width = 4096, Height = 4096, Earlier = [], Indices = indices };
        var start = DateTime.UtcNow;
        Assert.Equal(3, new DenseCoder(tables).Decode([1, 2], block));
        Assert.InRange((DateTime.UtcNow - start).TotalSeconds, 0, 5);
    }

    [Fact]
    public void Code_CancelledToken_StopsAtTheNextRow()
    {
        var c = (Codes: 60, Stages: 1, Width: 20, Height: 15, Seed: 9);
        var (tables, maps, _) = Make(c);
        var coder = new DenseCoder(tables);
        var bytes = Encode(coder, maps, 0, c);
        Assert.Throws<OperationCanceledException>(() => coder.Encode(Cancelled(), new byte[bytes.Length]));
        Assert.Throws<OperationCanceledException>(() => coder.Decode(bytes, Cancelled()));

        IndexBlock Cancelled() => new()
        {
            Plane = 0,
            Stage = 0,
            Width = c.Width,
            Height = c.Height,
            Earlier = [],
            Indices = (ushort[])maps.Clone(),
            CancellationToken = new CancellationToken(true),
        };
    }

    [Fact]
    public void Return_MoreThanProcessors_KeepsOneForEach()
    {
        var pool = new DenseStatePool();
        var states = Enumerable.Range(0, Environment.ProcessorCount + 3).Select(_ => pool.Rent()).ToArray();
        Assert.Equal(0, pool.Count);
        foreach (var state in states) pool.Return(state);
        Assert.Equal(Environment.ProcessorCount, pool.Count);
        Assert.Same(states[0], pool.Rent());
    }

    [Fact]
    public void Return_StateOfALargeTile_KeepsItsTable()
    {
        var pool = new DenseStatePool();
        var state = pool.Rent();
        state.ResetTable(Make((Codes: 60, Stages: 1, Width: 2, Height: 2, Seed: 9)).Tables.Planes[0][0], DenseState.MaxTableBits);
        pool.Return(state);
        Assert.Equal(1 << DenseState.MaxTableBits, pool.Rent().Table.Length);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(17, 11)]
    [InlineData(64 * 64, 18)]
    [InlineData(128 * 128, 20)]
    [InlineData(512 * 512, 20)]
    [InlineData(1L << 40, 20)]
    public void TableBits_Positions_GiveAtMostTheTableOf1024PixelsAtStride8(long positions, int bits) => Assert.Equal(bits, DenseState.TableBits(positions));

    [Fact]
    public void Encode_FixedCase_GivesTheBytesOfTheFormat()
    {
        var c = (Codes: 100, Stages: 3, Width: 19, Height: 13, Seed: 77);
        var (tables, maps, _) = Make(c);
        var hash = new List<string>();
        for (var stage = 0; stage < c.Stages; stage++)
            hash.Add(Convert.ToHexStringLower(SHA256.HashData(Encode(new DenseCoder(tables), maps, stage, c)))[..16]);
        Assert.Equal(["eace64d2062bd54b", "b300a023ae0e1ba1", "f1f0a35333bf5d08"], hash);
    }

    [Fact]
    public void Decode_Again_AllocatesNothingForASymbol()
    {
        var c = (Codes: 60, Stages: 2, Width: 40, Height: 30, Seed: 9);
        var (tables, maps, _) = Make(c);
        var coder = new DenseCoder(tables);
        var bytes = Encode(coder, maps, 1, c);
        var destination = new byte[bytes.Length];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(bytes.Length, coder.Encode(Block(maps, 1, c), destination));
            Assert.Equal(bytes.Length, coder.Decode(bytes, Block(maps, 1, c)));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3 * c.Width * c.Height);
    }

    [Fact]
    public void Decode_ManyThreads_EachGetsItsOwn()
    {
        var c = (Codes: 60, Stages: 2, Width: 20, Height: 15, Seed: 9);
        var (tables, maps, _) = Make(c);
        var coder = new DenseCoder(tables);
        byte[][] bytes = [Encode(coder, maps, 0, c), Encode(coder, maps, 1, c)];
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var decoded = (ushort[])maps.Clone();
            Own(decoded, i % 2, c).Clear();
            Assert.Equal(bytes[i % 2].Length, coder.Decode(bytes[i % 2], Block(decoded, i % 2, c)));
            Assert.Equal(maps, decoded);
            Assert.Equal(bytes[i % 2], Encode(coder, maps, i % 2, c));
        });
    }

    private static (DenseTables Tables, ushort[] Maps, Random Random) Make((int Codes, int Stages, int Width, int Height, int Seed) c)
    {
        var random = new Random(c.Seed);
        var tables = RandomDenseTables.Make(random, [new LatentPlane("", 8, c.Stages, c.Codes)]);
        return (tables, RandomTables.Indices(random, c.Codes, c.Stages * c.Width * c.Height), random);
    }

    private static byte[] Encode(DenseCoder coder, ushort[] maps, int stage, (int Codes, int Stages, int Width, int Height, int Seed) c)
    {
        // No decision costs more than 11 bits.
        var destination = new byte[4 + (c.Width * c.Height * DenseShape.MaxDepth * 11 / 8)];
        var length = coder.Encode(Block(maps, stage, c), destination);
        Assert.InRange(length, 0, destination.Length);
        return destination[..length];
    }

    private static Span<ushort> Own(ushort[] maps, int stage, (int Codes, int Stages, int Width, int Height, int Seed) c) =>
        maps.AsSpan(stage * c.Width * c.Height, c.Width * c.Height);

    private static IndexBlock Block(ushort[] maps, int stage, (int Codes, int Stages, int Width, int Height, int Seed) c) => new()
    {
        Plane = 0,
        Stage = stage,
        Width = c.Width,
        Height = c.Height,
        Earlier = maps.AsSpan(0, stage * c.Width * c.Height),
        Indices = Own(maps, stage, c),
    };
}
