using VqVae.Trainer.Native;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class CollectionPauseTests
{
    [Fact]
    public void Enter_AFewMegabytesOfGarbage_CollectsNothingUntilABreath()
    {
        using var pause = CollectionPause.Enter();
        GC.Collect();
        CollectionPause.Breathe();
        var before = GC.CollectionCount(0);
        for (var i = 0; i < 60; i++) _ = new byte[1 << 20];
        var during = GC.CollectionCount(0) - before;

        // The rest of the budget's half, so that a breath is due.
        for (var i = 0; i < 220; i++) _ = new byte[1 << 20];
        CollectionPause.Breathe();
        Assert.Equal(0, during);
        Assert.True(GC.CollectionCount(0) > before, "a breath collects once enough has been allocated");
    }

    [Fact]
    public void TensorArithmetic_BesideAThreadThatAllocates_KeepsItsNumbers()
    {
        using var pause = CollectionPause.Enter();
        var stop = false;
        var thread = new Thread(() =>
        {
            while (!Volatile.Read(ref stop)) _ = new byte[64 << 10];
        });
        thread.Start();
        try
        {
            for (var round = 0; round < 3000; round++)
            {
                CollectionPause.Breathe();
                using var scope = NewDisposeScope();
                var x = ones(64);
                for (var i = 0; i < 10; i++) x = x.mul(1.5).add(x, alpha: -0.5);
                Assert.Equal(1f, x[63].item<float>());
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            thread.Join();
        }
    }
}
