namespace VqVae.Runtime;

/// <summary>
/// States between blocks: at most one for each processor, and of tables only those that small tiles need. A coder has its own, so that
/// nothing outlives the codec. Thread-safe.
/// </summary>
internal sealed class DenseStatePool
{
    private readonly DenseState?[] _states = new DenseState?[Environment.ProcessorCount];

    /// <summary>States that lie ready.</summary>
    public int Count => _states.Count(state => state is not null);

    /// <summary>A state for one block.</summary>
    public DenseState Rent()
    {
        for (var i = 0; i < _states.Length; i++)
            if (Interlocked.Exchange(ref _states[i], null) is { } state) return state;
        return new DenseState();
    }

    /// <summary>Takes a state back; where there are enough it is dropped. One that a block failed with need not come back.</summary>
    public void Return(DenseState state)
    {
        state.Trim();
        for (var i = 0; i < _states.Length; i++)
            if (Interlocked.CompareExchange(ref _states[i], state, null) is null) return;
    }
}
