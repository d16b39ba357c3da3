using CsCheck;
using VqVae.Codec.Cli.Batch;

namespace VqVae.Codec.Cli.Tests;

public sealed class ShardTests
{
    [Fact]
    public void Contains_AnyPathAndCount_IsTrueForExactlyOneShard() =>
        Gen.Select(Gen.String[1, 60], Gen.Int[1, 100]).Sample((path, count) =>
            Enumerable.Range(0, count).Count(i => new Shard(i, count).Contains(path)) == 1);

    [Fact]
    public void Contains_ManyFiles_AreSpreadEvenly()
    {
        const int Files = 20_000, Shards = 8;
        var sizes = Enumerable.Range(0, Shards).Select(i => Enumerable.Range(0, Files).Count(n => new Shard(i, Shards).Contains($"2024/day{n % 31}/photo{n}.jpg"))).ToArray();
        Assert.Equal(Files, sizes.Sum());
        Assert.All(sizes, size => Assert.InRange(size, (Files / Shards) - 250, (Files / Shards) + 250));
    }

    [Theory]
    [InlineData("a.png", 2)]
    [InlineData("2024/übung/photo.jpg", 1)]
    public void Contains_KnownPaths_StayWhereTheyWere(string path, int index)
    {
        // Computed with: python3 -c "import hashlib, sys; print(int.from_bytes(hashlib.sha256(sys.argv[1].encode()).digest()[:8], 'little') % 5)" PATH
        Assert.True(new Shard(index, 5).Contains(path));
    }

    [Theory]
    [InlineData("0/1", 0, 1)]
    [InlineData("3/4", 3, 4)]
    public void TryParse_IndexAndCount_Parses(string text, int index, int count)
    {
        Assert.True(Shard.TryParse(text, out var shard));
        Assert.Equal(new Shard(index, count), shard);
    }

    [Theory]
    [InlineData("4/4")]
    [InlineData("0/0")]
    [InlineData("-1/4")]
    [InlineData("1")]
    [InlineData("1/2/3")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.False(Shard.TryParse(text, out _));
}
