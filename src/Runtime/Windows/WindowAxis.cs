namespace VqVae.Runtime;

/// <summary>One window along one axis: it sees <c>Start</c> to <c>Start + size</c> and contributes its core.</summary>
/// <param name="Start">The first position that the window sees.</param>
/// <param name="CoreStart">The first position that it contributes.</param>
/// <param name="CoreEnd">The position behind the last one that it contributes.</param>
internal readonly record struct WindowSpan(int Start, int CoreStart, int CoreEnd);

/// <summary>
/// Windows of one size along one axis, whose cores follow one another without gap or overlap. A window reaches at least the halo beyond its
/// core, except where the axis ends: there it sits flush with the end, so that the network's own padding applies. The last window is
/// shifted back to keep the size.
/// </summary>
internal sealed class WindowAxis
{
    private readonly int _first;
    private readonly int _end;
    private readonly int _step;

    /// <param name="length">The axis: positions 0 to <paramref name="length"/>.</param>
    /// <param name="from">The first position that is wanted.</param>
    /// <param name="to">The position behind the last one that is wanted.</param>
    /// <param name="halo">What a window must see beyond its core.</param>
    /// <param name="size">The windows' size; more than twice the halo, unless one window is enough.</param>
    public WindowAxis(int length, int from, int to, int halo, int size)
    {
        (From, To, Halo) = (from, to, halo);
        _first = Math.Max(0, from - halo);
        _end = Math.Min(length, to + halo);
        Size = Math.Min(size, _end - _first);
        _step = Size - (2 * halo);
        if (Size == _end - _first) Count = 1;
        else if (_step > 0) Count = 1 + DivideUp(_end - _first - Size, _step);
        else throw new ArgumentException($"windows of {size} do not exceed twice the halo of {halo}");
    }

    public int From { get; }

    public int To { get; }

    public int Halo { get; }

    /// <summary>The size of every window.</summary>
    public int Size { get; }

    public int Count { get; }

    /// <summary>Positions of the largest core.</summary>
    public int LargestCore
    {
        get
        {
            var largest = 0;

            // All cores between the second and the last but one have the size of a step.
            for (var i = 0; i < Count; i = i == 2 && Count > 4 ? Count - 1 : i + 1) largest = Math.Max(largest, this[i].CoreEnd - this[i].CoreStart);
            return largest;
        }
    }

    /// <summary>Most positions from one window's start to the next one's.</summary>
    public int LargestStep => Count == 1 ? 0 : _step;

    public WindowSpan this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var start = _first + (index * _step);
            return new WindowSpan(
                Math.Min(start, _end - Size),
                index == 0 ? From : start + Halo,
                index == Count - 1 ? To : start + Size - Halo);
        }
    }

    /// <summary>Positions that the axis' windows see beside what is asked for: its wanted part and the halo around it.</summary>
    public static int Extent(int length, int from, int to, int halo) => Math.Min(length, to + halo) - Math.Max(0, from - halo);

    private static int DivideUp(int a, int b) => (a + b - 1) / b;
}
