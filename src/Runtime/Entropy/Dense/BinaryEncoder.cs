namespace VqVae.Runtime;

/// <summary>
/// A carry-less binary arithmetic coder over 32-bit bounds, as in the PAQ family. Its output ends with the fewest bytes that decode
/// right whatever follows them.
/// </summary>
internal ref struct BinaryEncoder(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private uint _low = 0;
    private uint _high = uint.MaxValue;
    private int _length = 0;

    /// <summary>Codes a decision.</summary>
    /// <param name="bit">The decision.</param>
    /// <param name="probability">Of <c>true</c>, in 65536ths: 1 to 65535.</param>
    /// <returns><c>false</c> where the destination is full: what follows is lost.</returns>
    public bool Encode(bool bit, int probability)
    {
        var middle = BinaryRange.Split(_low, _high, probability);
        if (bit) _high = middle;
        else _low = middle + 1;
        while (((_low ^ _high) >> 24) == 0)
        {
            if (_length == _destination.Length) return false;
            _destination[_length++] = (byte)(_high >> 24);
            _low <<= 8;
            _high = (_high << 8) | 255;
        }

        return true;
    }

    /// <summary>Writes the last bytes.</summary>
    /// <returns>The whole length in bytes, or −1 where the destination is too small.</returns>
    public int Finish()
    {
        var (bytes, value) = BinaryRange.End(_low, _high);
        if (_destination.Length - _length < bytes) return -1;
        for (var i = 0; i < bytes; i++) _destination[_length++] = (byte)(value >> (24 - (8 * i)));
        return _length;
    }
}
