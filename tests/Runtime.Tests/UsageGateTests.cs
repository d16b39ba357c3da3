namespace VqVae.Runtime.Tests;

public class UsageGateTests
{
    [Fact]
    public void Close_WhileCallsRun_ReleasesOnceWhenTheLastLeaves()
    {
        var released = 0;
        var gate = new UsageGate(() => released++);
        gate.Enter(this);
        gate.Enter(this);
        gate.Close();
        gate.Close();
        Assert.Throws<ObjectDisposedException>(() => gate.Enter(this));
        gate.Exit();
        Assert.Equal(0, released);
        gate.Exit();
        Assert.Equal(1, released);
        gate.Close();
        Assert.Equal(1, released);
    }

    [Fact]
    public void Close_Unused_ReleasesAtOnce()
    {
        var released = 0;
        var gate = new UsageGate(() => released++);
        gate.Enter(this);
        gate.Exit();
        gate.Close();
        gate.Close();
        Assert.Equal(1, released);
    }

    [Fact]
    public void Close_UnderContention_NeverReleasesWhatIsInUse()
    {
        for (var round = 0; round < 40; round++)
        {
            var released = 0;
            var violations = 0;
            var gate = new UsageGate(() => Interlocked.Increment(ref released));
            var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                try
                {
                    while (true)
                    {
                        gate.Enter(gate);
                        if (Volatile.Read(ref released) != 0) Interlocked.Increment(ref violations);
                        gate.Exit();
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The end.
                }
            })).ToArray();
            foreach (var thread in threads) thread.Start();
            Thread.SpinWait(round * 100);
            gate.Close();
            foreach (var thread in threads) thread.Join();
            Assert.Equal(0, violations);
            Assert.Equal(1, released);
        }
    }
}
