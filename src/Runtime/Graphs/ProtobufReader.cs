using System.Diagnostics.CodeAnalysis;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Reads the wire format of protocol buffers field by field, never past the message's end.</summary>
internal ref struct ProtobufReader
{
    private const int WireVarint = 0;
    private const int WireFixed64 = 1;
    private const int WireBytes = 2;
    private const int WireFixed32 = 5;

    private readonly ReadOnlySpan<byte> _file;
    private readonly int _end;
    private int _position;
    private int _fieldStart;
    private int _wireType;

    public ProtobufReader(ReadOnlySpan<byte> file)
        : this(file, 0, file.Length)
    {
    }

    private ProtobufReader(ReadOnlySpan<byte> file, int start, int end)
    {
        _file = file;
        _position = start;
        _end = end;
    }

    /// <summary>Moves to the next field.</summary>
    /// <returns><c>false</c> at the message's end.</returns>
    public bool Next(out int field)
    {
        field = 0;
        if (_position == _end) return false;
        var start = _fieldStart = _position;
        var tag = ReadVarint();
        _wireType = (int)(tag & 7);
        field = (int)Math.Min(tag >> 3, int.MaxValue);
        if (tag > uint.MaxValue || field == 0) Throw(start, "a field tag", $"0x{tag:x}");
        return true;
    }

    /// <summary>The whole field, its tag included, once its value was read or passed over.</summary>
    public readonly ReadOnlySpan<byte> Field => _file[_fieldStart.._position];

    /// <summary>The field's number.</summary>
    public ulong Varint()
    {
        if (_wireType != WireVarint) Throw(_position, "a varint field", $"wire type {_wireType}");
        return ReadVarint();
    }

    /// <summary>The field's bytes.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = ReadLength();
        _position += length;
        return _file.Slice(_position - length, length);
    }

    /// <summary>A reader of the message inside the field.</summary>
    public ProtobufReader Message()
    {
        var length = ReadLength();
        _position += length;
        return new ProtobufReader(_file, _position - length, _position);
    }

    /// <summary>Passes over the field's value.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case WireVarint:
                ReadVarint();
                break;
            case WireFixed64:
                Advance(8);
                break;
            case WireBytes:
                Bytes();
                break;
            case WireFixed32:
                Advance(4);
                break;
            default:
                // Groups (3 and 4) are not part of ONNX, and 6 and 7 do not exist.
                Throw(_position, "a wire type of 0, 1, 2 or 5", _wireType.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    private int ReadLength()
    {
        if (_wireType != WireBytes) Throw(_position, "a length-delimited field", $"wire type {_wireType}");
        var start = _position;
        var length = ReadVarint();
        if (length > (ulong)(_end - _position)) Throw(start, $"a length up to {_end - _position}", $"{length}");
        return (int)length;
    }

    private void Advance(int bytes)
    {
        if (_end - _position < bytes) Throw(_position, $"{bytes} bytes", $"{_end - _position}");
        _position += bytes;
    }

    private ulong ReadVarint()
    {
        var start = _position;
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == _end) Throw(start, "a varint", "the message's end");
            var b = _file[_position++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        Throw(start, "a varint of at most 10 bytes", "more");
        return 0;
    }

    [DoesNotReturn]
    private static void Throw(int offset, string expected, string actual) =>
        throw new ModelFormatException($"offset {offset}: expected {expected}, got {actual}");
}
