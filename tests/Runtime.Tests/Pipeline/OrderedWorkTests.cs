using System.Collections.Concurrent;

namespace VqVae.Runtime.Tests;

public class OrderedWorkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void AddSerial_AnyThreads_RunsPiecesInOrderAndOneAtATime(int threads)
    {
        using var scope = new WorkScope(threads, CancellationToken.None);
        var order = new ConcurrentQueue<int>();
        var (running, most) = (0, 0);
        scope.Run(() =>
        {
            var work = scope.AddSerial(100, piece =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                if (piece % 7 == 0) Thread.Sleep(1);
                order.Enqueue(piece);
                Interlocked.Decrement(ref running);
            });
            for (var i = 0; i < 100; i += 3)
            {
                work.Release(i + 3);
                if (i % 2 == 0) work.Complete(i + 1);
                Assert.True(order.Count <= i + 3, "a piece ran before its release");
            }

            work.Complete(100);
        });
        Assert.Equal(Enumerable.Range(0, 100), order);
        Assert.Equal(1, most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AddParallel_AnyThreads_RunsEachPieceOnceAndNotMoreAtATimeThanThreads(int threads)
    {
        using var scope = new WorkScope(threads, CancellationToken.None);
        var done = new int[200];
        var (running, most) = (0, 0);
        var gate = new object();
        scope.Run(() =>
        {
            var work = scope.AddParallel(done.Length, piece =>
            {
                lock (gate) most = Math.Max(most, ++running);
                Thread.SpinWait(2000);
                lock (gate) running--;
                Interlocked.Increment(ref done[piece]);
            });
            work.Release(done.Length);
            for (var end = 0; end <= done.Length; end += 25)
            {
                work.Complete(end);
                Assert.All(done[..end], n => Assert.Equal(1, n));
            }
        });
        Assert.All(done, n => Assert.Equal(1, n));
        Assert.InRange(most, 1, threads);
    }

    [Fact]
    public async Task Complete_WhenThePoolStartsNothing_DoesTheWorkItself()
    {
        // As many blocked pool threads as the pool has: what is queued now starts when they are let go, and nothing may wait for it.
        using var letGo = new ManualResetEventSlim();
        ThreadPool.GetMinThreads(out var workers, out _);
        var blocked = Enumerable.Range(0, workers + 8).Select(_ => Task.Run(letGo.Wait)).ToArray();
        var threads = new HashSet<int>();
        using (var scope = new WorkScope(8, CancellationToken.None))
        {
            scope.Run(() =>
            {
                var work = scope.AddParallel(50, _ =>
                {
                    lock (threads) threads.Add(Environment.CurrentManagedThreadId);
                });
                work.Release(50);
                work.Complete(50);
            });
        }

        Assert.Contains(Environment.CurrentManagedThreadId, threads);
        letGo.Set();
        await Task.WhenAll(blocked);
    }

    [Fact]
    public void Run_PieceThatThrows_ComesOutAsItIsAfterAllOthersEnded()
    {
        for (var threads = 1; threads <= 4; threads++)
        {
            using var scope = new WorkScope(threads, CancellationToken.None);
            var error = new InvalidOperationException("piece 20");
            var running = 0;
            var thrown = Assert.Throws<InvalidOperationException>(() => scope.Run(() =>
            {
                var work = scope.AddParallel(1000, piece =>
                {
                    Interlocked.Increment(ref running);
                    Thread.SpinWait(5000);
                    Interlocked.Decrement(ref running);
                    if (piece == 20) throw error;
                });
                work.Release(1000);
                work.Complete(1000);
                Assert.Fail("piece 20 failed");
            }));
            Assert.Same(error, thrown);
            Assert.Equal(0, running);
        }
    }

    [Fact]
    public void Run_CallersCancellation_IsToldWithTheCallersToken()
    {
        using var source = new CancellationTokenSource();
        using var scope = new WorkScope(3, source.Token);
        var ran = 0;
        var thrown = Assert.Throws<OperationCanceledException>(() => scope.Run(() =>
        {
            var work = scope.AddParallel(1000, piece =>
            {
                Interlocked.Increment(ref ran);
                if (piece == 50) source.Cancel();
            });
            work.Release(1000);
            work.Complete(1000);
        }));
        Assert.Equal(source.Token, thrown.CancellationToken);
        Assert.InRange(ran, 51, 60);
    }

    [Fact]
    public void Release_WhileAHelperIsBusy_StartsAnotherOne()
    {
        using var scope = new WorkScope(3, CancellationToken.None);
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        scope.Run(() =>
        {
            var work = scope.AddParallel(2, piece =>
            {
                (piece == 0 ? first : second).Set();

                // Both must run at once, and the calling thread does neither.
                Assert.True((piece == 0 ? second : first).Wait(TimeSpan.FromSeconds(30)));
            });
            work.Release(1);
            Assert.True(first.Wait(TimeSpan.FromSeconds(30)));
            work.Release(2);
            Assert.True(second.Wait(TimeSpan.FromSeconds(30)));
            work.Complete(2);
        });
    }

    [Fact]
    public async Task Complete_CancelledAfterItsCheckWhileNothingRuns_IsNotAnEndlessWait()
    {
        var finished = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            using var source = new CancellationTokenSource();
            using var scope = new WorkScope(1, source.Token);
            finished.SetResult(Record.Exception(() => scope.Run(() =>
            {
                var work = scope.AddSerial(2, _ => { });
                work.Release(2);
                work.Complete(1);
                work.Checked = source.Cancel;
                work.Complete(2);
            })));
        })
        { IsBackground = true };
        thread.Start();
        Assert.IsType<OperationCanceledException>(await finished.Task.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Complete_WhatIsNotReleased_IsAnErrorInsteadOfAnEndlessWait()
    {
        using var scope = new WorkScope(1, CancellationToken.None);
        Assert.Throws<InvalidOperationException>(() => scope.Run(() => scope.AddSerial(2, _ => { }).Complete(1)));
    }
}
