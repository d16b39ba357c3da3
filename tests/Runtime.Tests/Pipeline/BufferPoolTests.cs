namespace VqVae.Runtime.Tests;

public sealed class BufferPoolTests
{
    [Fact]
    public void Rent_SizeThatCameBack_GivesTheSameMemory()
    {
        using var pool = new BufferPool();
        var first = pool.Rent(1000);
        Assert.Equal((1000, 0), (pool.Bytes, pool.KeptBytes));
        pool.Return(first, 1000);
        Assert.Equal((0, 1000), (pool.Bytes, pool.KeptBytes));
        var other = pool.Rent(1001);
        Assert.NotEqual(first, other);
        Assert.Equal(first, pool.Rent(1000));
        Assert.Equal((2001, 0), (pool.Bytes, pool.KeptBytes));
        pool.Return(first, 1000);
        pool.Return(other, 1001);
    }

    [Fact]
    public void Return_MoreThanIsKept_MakesRoom()
    {
        using var pool = new BufferPool();
        var (small, large, largest) = (pool.Rent(1 << 20), pool.Rent(BufferPool.MostKept), pool.Rent(BufferPool.MostKept + 1));
        pool.Return(small, 1 << 20);
        pool.Return(large, BufferPool.MostKept);
        Assert.Equal((BufferPool.MostKept + 1, BufferPool.MostKept), (pool.Bytes, pool.KeptBytes));
        pool.Return(largest, BufferPool.MostKept + 1);
        Assert.Equal((0, BufferPool.MostKept), (pool.Bytes, pool.KeptBytes));
    }

    [Fact]
    public void Dispose_WhileSomeIsLent_KeepsNothingThatComesBackLater()
    {
        var pool = new BufferPool();
        var (kept, lent) = (pool.Rent(100), pool.Rent(200));
        pool.Return(kept, 100);
        pool.Dispose();
        Assert.Equal((200, 0), (pool.Bytes, pool.KeptBytes));
        pool.Return(lent, 200);
        Assert.Equal((0, 0), (pool.Bytes, pool.KeptBytes));
    }
}
