using System.Runtime;

namespace VqVae.Trainer.Native;

/// <summary>Lets the garbage collector run between calls into libtorch, and not during them.</summary>
/// <remarks>
/// TorchSharp 0.107 makes a finalizable <c>Scalar</c> of every number that a tensor operation is given (<c>x.mul(0.5)</c>, and the 1 behind <c>x.add(y)</c>), hands
/// its pointer to native code, and does not keep it alive. A collection meanwhile frees it under the call: seen as «Unknown scalar type», and to be
/// expected as wrong numbers, once in some hundred thousand steps of a busy machine. So collections are put off (<see cref="GC.TryStartNoGCRegion(long)"/>) and
/// taken where no call is under way. What allocates more than the budget without a <see cref="Breathe"/> is as before.
/// </remarks>
internal static class CollectionPause
{
    /// <summary>What may be allocated between two collections: some decoded images a step, and a saved state.</summary>
    private const long Budget = 512L << 20;

    private static readonly Lock Gate = new();
    private static long _renewedAt;
    private static int _users;

    /// <summary>Begins to put collections off, until what it returns is disposed.</summary>
    public static IDisposable Enter()
    {
        lock (Gate)
            if (_users++ == 0) Renew();
        return new User();
    }

    /// <summary>Called on the thread that uses torch, between its calls: collects if it is time. Cheap otherwise.</summary>
    public static void Breathe()
    {
        lock (Gate)
        {
            if (_users == 0) return;
            if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion && GC.GetTotalAllocatedBytes() - _renewedAt < Budget / 2) return;
            Renew();
        }
    }

    private static void Renew()
    {
        End();
        try
        {
            // Collects first, so that the budget is there.
            GC.TryStartNoGCRegion(Budget);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            // Another part of the process has one, or the heap is limited to less: then it is as without.
        }

        GC.WaitForPendingFinalizers();
        _renewedAt = GC.GetTotalAllocatedBytes();
    }

    private static void End()
    {
        if (GCSettings.LatencyMode != GCLatencyMode.NoGCRegion) return;
        try
        {
            GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // It was over already: more was allocated than planned, or something asked for a collection.
        }
    }

    private sealed class User : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            lock (Gate)
            {
                if (_left) return;
                _left = true;
                if (--_users == 0) End();
            }
        }
    }
}
