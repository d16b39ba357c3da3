using static TorchSharp.torch;

namespace VqVae.Trainer.Data;

/// <summary>A batch in a buffer that goes back to its loader when disposed, to be filled again.</summary>
internal sealed class LoadedBatch : IDisposable
{
    private readonly Tensor _pixels;
    private readonly Action<LoadedBatch> _giveBack;
    private int _handedOut;

    /// <param name="shape">The batch's shape <c>[N,S,S,3]</c>.</param>
    /// <param name="giveBack">Takes the buffer back.</param>
    public LoadedBatch(long[] shape, Action<LoadedBatch> giveBack) =>
        (_pixels, _giveBack) = (empty(shape, ScalarType.Byte, CPU).DetachFromDisposeScope(), giveBack);

    /// <summary>The batch's bytes: uint8 <c>[N,S,S,3]</c>.</summary>
    public Span<byte> Bytes => _pixels.bytes;

    /// <summary>The batch as a tensor, which belongs to the caller's dispose scope.</summary>
    /// <param name="device">Where it is wanted.</param>
    /// <returns>
    /// uint8 <c>[N,S,S,3]</c>. On the CPU it is the buffer itself: to be used before the batch is disposed. On another device it is a copy that may
    /// still be under way, ahead of whatever is computed there next; the batch may be disposed at once.
    /// </returns>
    public Tensor ToTensor(Device device) => DeviceTensors.Upload(_pixels, device);

    /// <summary>Gives the buffer back; a second time does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _handedOut, 0) == 1) _giveBack(this);
    }

    /// <summary>Notes that the batch is the caller's now.</summary>
    internal LoadedBatch HandOut()
    {
        _handedOut = 1;
        return this;
    }

    /// <summary>Frees the buffer.</summary>
    internal void Free() => _pixels.Dispose();
}
