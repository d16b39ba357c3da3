namespace VqVae.Trainer.Data;

/// <summary>
/// Crops that were cut while their image was decoded and wait for the batch that they belong to. Bounded, and only ever a shortcut: a
/// crop that is not here is cut again from its image, to the same pixels. Safe for several threads.
/// </summary>
/// <param name="bytes">Bytes of one crop.</param>
/// <param name="limit">Bytes of all that wait.</param>
/// <param name="reach">How many samples a crop may wait, in numbers of samples.</param>
internal sealed class PendingCrops(int bytes, long limit, long reach)
{
    private readonly Dictionary<long, byte[]> _crops = [];
    private readonly Stack<byte[]> _free = [];
    private readonly Lock _lock = new();
    private readonly long _most = limit / bytes;
    private long _sweepAt;

    /// <summary>Hands out a sample's crop, once.</summary>
    public bool TryTake(long number, Span<byte> destination)
    {
        byte[]? crop;
        lock (_lock)
        {
            if (!_crops.Remove(number, out crop)) return false;
        }

        crop.CopyTo(destination);
        lock (_lock) _free.Push(crop);
        return true;
    }

    /// <summary>Adds crops for later samples of the image that was just decoded, as far as there is room.</summary>
    /// <param name="current">The sample that the image was decoded for.</param>
    /// <param name="later">Its other samples; those before <paramref name="current"/>, which were handed out, and those too far away are left out.</param>
    /// <param name="cut">Cuts a sample's crop.</param>
    public void Add(long current, IEnumerable<long> later, Action<long, byte[]> cut)
    {
        foreach (var number in later)
        {
            if (number <= current || number > current + reach || Rent(current) is not { } crop) continue;
            cut(number, crop);
            lock (_lock)
            {
                if (!_crops.TryAdd(number, crop)) _free.Push(crop);
            }
        }
    }

    private byte[]? Rent(long current)
    {
        lock (_lock)
        {
            if (_free.TryPop(out var crop)) return crop;
            if (_crops.Count < _most) return new byte[bytes];

            // What nobody came for, such as what was cut for samples that a resumed run leaves out, makes room; not looked for at every step.
            if (current < _sweepAt) return null;
            _sweepAt = current + (reach / 4) + 1;
            foreach (var number in _crops.Keys.Where(n => n < current - reach).ToArray())
            {
                _crops.Remove(number, out crop);
                _free.Push(crop!);
            }

            return _free.TryPop(out crop) ? crop : null;
        }
    }
}
