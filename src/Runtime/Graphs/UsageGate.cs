namespace VqVae.Runtime;

/// <summary>
/// Lets calls in until it is closed, and releases what they use when the last one has left: closing neither waits for calls that run
/// nor pulls memory from under them.
/// </summary>
internal sealed class UsageGate(Action release)
{
    private const int Closed = 1;
    private const int Caller = 2;

    /// <summary>Bit 0: closed. The rest: the number of callers inside.</summary>
    private int _state;

    /// <summary>Enters; the caller must <see cref="Exit"/>.</summary>
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    public void Enter(object owner)
    {
        var state = Volatile.Read(ref _state);
        while (true)
        {
            ObjectDisposedException.ThrowIf((state & Closed) != 0, owner);
            var seen = Interlocked.CompareExchange(ref _state, state + Caller, state);
            if (seen == state) return;
            state = seen;
        }
    }

    /// <summary>Leaves.</summary>
    public void Exit()
    {
        // No caller enters a closed gate, so the state reaches "closed and empty" once.
        if (Interlocked.Add(ref _state, -Caller) == Closed) release();
    }

    /// <summary>Closes the gate; a second time does nothing.</summary>
    public void Close()
    {
        if (Interlocked.Or(ref _state, Closed) == 0) release();
    }
}
