namespace VqVae.Runtime;

/// <summary>Reads what <see cref="BinaryEncoder"/> writes.</summary>
internal ref struct BinaryDecoder
{
    private readonly ReadOnlySpan<byte> _source;
    private uint _low = 0;
    private uint _high = uint.MaxValue;
    private uint _value;
    private int _shifted;

    /// <summary>Starts at the first byte of the source. Behind its end bytes count as 0.</summary>
    public BinaryDecoder(ReadOnlySpan<byte> source)
    {
        _source = source;
        for (var i = 0; i < 4; i++) _value = (_value << 8) | At(i);
    }

    /// <summary>The next four bytes.</summary>
    public readonly uint Next => _value;

    /// <summary>Whether more bytes have been used up than there are: what is decoded from now on is worthless.</summary>
    public readonly bool IsPastEnd => _shifted > _source.Length;

    /// <summary>Decodes a decision.</summary>
    /// <param name="probability">Of <c>true</c>, in 65536ths: 1 to 65535.</param>
    public bool Decode(int probability)
    {
        var middle = BinaryRange.Split(_low, _high, probability);
        var bit = _value <= middle;
        if (bit) _high = middle;
        else _low = middle + 1;
        while (((_low ^ _high) >> 24) == 0)
        {
            _low <<= 8;
            _high = (_high << 8) | 255;
            _value = (_value << 8) | At(_shifted + 4);
            _shifted++;
        }

        return bit;
    }

    /// <summary>Ends the block.</summary>
    /// <param name="length">The bytes that the block takes; more than the source has where it is cut short.</param>
    /// <param name="expected">What the encoder would have written last, in the highest bytes.</param>
    /// <returns>Whether the last bytes are the ones that the encoder writes.</returns>
    public readonly bool Finish(out int length, out uint expected)
    {
        (var bytes, expected) = BinaryRange.End(_low, _high);
        length = _shifted + bytes;
        if (length > _source.Length) return true;
        var mask = bytes == 0 ? 0 : uint.MaxValue << (32 - (8 * bytes));
        if ((_value & mask) == expected) return true;

        // Decisions that looked behind the end were not the encoder's: the block is cut short, and nothing says that it is damaged.
        if (_shifted + 4 <= _source.Length) return false;
        length = _source.Length + 1;
        return true;
    }

    private readonly byte At(int index) => index < _source.Length ? _source[index] : (byte)0;
}
