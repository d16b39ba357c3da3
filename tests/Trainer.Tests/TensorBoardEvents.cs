using System.Buffers.Binary;
using System.Text;

namespace VqVae.Trainer.Tests;

/// <summary>
/// Reads event files from the specifications alone, with nothing of what writes them: TFRecord framing with masked CRC-32C, and the fields of
/// TensorFlow's event.proto, summary.proto, histogram.proto and tensor.proto by number.
/// </summary>
internal static class TensorBoardEvents
{
    /// <summary>All events of a file.</summary>
    /// <exception cref="InvalidDataException">A CRC or a message is wrong, or the last record is not whole.</exception>
    public static List<RecordedEvent> Read(string path)
    {
        var bytes = ReadShared(path);
        var events = Parse(bytes, out var whole);
        return whole == bytes.Length ? events : throw new InvalidDataException($"{bytes.Length - whole} bytes of a torn record");
    }

    /// <summary>A file's bytes while it may be written.</summary>
    public static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The events of whole records.</summary>
    /// <param name="bytes">A file, perhaps cut short.</param>
    /// <param name="whole">Bytes of whole records.</param>
    public static List<RecordedEvent> Parse(ReadOnlySpan<byte> bytes, out int whole)
    {
        var events = new List<RecordedEvent>();
        for (whole = 0; bytes.Length - whole >= 12;)
        {
            var header = bytes.Slice(whole, 12);
            CheckCrc(header[..8], header[8..], "length");
            var length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(header));
            if (bytes.Length - whole < 12 + length + 4) break;
            var message = bytes.Slice(whole + 12, length);
            CheckCrc(message, bytes.Slice(whole + 12 + length, 4), "message");
            events.Add(Event(message));
            whole += 12 + length + 4;
        }

        return events;
    }

    /// <summary>CRC-32C bit by bit: reflected polynomial 0x82F63B78.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }

        return ~crc;
    }

    private static void CheckCrc(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> recorded, string what)
    {
        var crc = Crc32C(bytes);
        var masked = ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
        if (BinaryPrimitives.ReadUInt32LittleEndian(recorded) != masked) throw new InvalidDataException($"the {what}'s CRC does not match");
    }

    private static RecordedEvent Event(ReadOnlySpan<byte> message)
    {
        var fields = Fields(message);
        return new RecordedEvent(
            fields.Double(1) ?? throw new InvalidDataException("no wall time"),
            (long)(fields.Varint(2) ?? 0),
            fields.Text(3),
            fields.Bytes(7) is { } session ? (int)(Fields(session).Varint(1) ?? 0) : null,
            fields.Bytes(5) is { } summary ? [.. Fields(summary).All(1).Select(Value)] : []);
    }

    private static RecordedValue Value(byte[] message)
    {
        var fields = Fields(message);
        var tag = fields.Text(1) ?? throw new InvalidDataException("a value without a tag");
        var plugin = fields.Bytes(9) is { } metadata && Fields(metadata).Bytes(1) is { } data ? Fields(data).Text(1) : null;
        var histogram = fields.Bytes(5) is { } histo ? Histogram(Fields(histo)) : null;
        var image = fields.Bytes(4) is { } picture ? Image(Fields(picture)) : null;
        var text = fields.Bytes(8) is { } tensor ? Text(Fields(tensor)) : null;
        return new RecordedValue(tag, fields.Float(2), histogram, image, text, plugin);
    }

    private static RecordedHistogram Histogram(FieldList fields) => new(
        fields.Double(1) ?? 0, fields.Double(2) ?? 0, fields.Double(3) ?? 0, fields.Double(4) ?? 0, fields.Double(5) ?? 0, fields.Doubles(6), fields.Doubles(7));

    private static RecordedImage Image(FieldList fields) =>
        new((int)(fields.Varint(1) ?? 0), (int)(fields.Varint(2) ?? 0), (int)(fields.Varint(3) ?? 0), fields.Bytes(4) ?? []);

    /// <summary>A tensor of one text: type 7 (DT_STRING), no dimensions.</summary>
    private static string Text(FieldList fields)
    {
        if (fields.Varint(1) != 7) throw new InvalidDataException($"expected a tensor of type 7, got {fields.Varint(1)}");
        if (fields.Bytes(2) is { Length: > 0 }) throw new InvalidDataException("expected a tensor without dimensions");
        return Encoding.UTF8.GetString(fields.All(8).Single());
    }

    private static FieldList Fields(ReadOnlySpan<byte> message)
    {
        var fields = new List<(int Number, byte[] Content)>();
        while (message.Length > 0)
        {
            var key = Varint(ref message);
            var length = (int)(key & 7) switch
            {
                0 => -1,
                1 => 8,
                2 => checked((int)Varint(ref message)),
                5 => 4,
                var type => throw new InvalidDataException($"wire type {type}"),
            };
            if (length < 0)
            {
                var number = new byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(number, Varint(ref message));
                fields.Add(((int)(key >> 3), number));
                continue;
            }

            fields.Add(((int)(key >> 3), message[..length].ToArray()));
            message = message[length..];
        }

        return new FieldList(fields);
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
    }

    /// <summary>A message's fields in order, by number; the last of a number counts, as protobuf has it.</summary>
    private sealed class FieldList(List<(int Number, byte[] Content)> fields)
    {
        public IEnumerable<byte[]> All(int number) => fields.Where(f => f.Number == number).Select(f => f.Content);

        public byte[]? Bytes(int number) => All(number).LastOrDefault();

        public string? Text(int number) => Bytes(number) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

        public ulong? Varint(int number) => Bytes(number) is { } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : null;

        public double? Double(int number) => Bytes(number) is { } bytes ? BinaryPrimitives.ReadDoubleLittleEndian(bytes) : null;

        public float? Float(int number) => Bytes(number) is { } bytes ? BinaryPrimitives.ReadSingleLittleEndian(bytes) : null;

        public double[] Doubles(int number) => [.. All(number).SelectMany(packed => packed.Chunk(8)).Select(b => BinaryPrimitives.ReadDoubleLittleEndian(b))];
    }
}

internal sealed record RecordedEvent(double WallTime, long Step, string? FileVersion, int? SessionStatus, List<RecordedValue> Values);

internal sealed record RecordedValue(string Tag, float? Scalar, RecordedHistogram? Histogram, RecordedImage? Image, string? Text, string? Plugin);

internal sealed record RecordedHistogram(double Min, double Max, double Num, double Sum, double SumSquares, double[] Limits, double[] Counts);

internal sealed record RecordedImage(int Height, int Width, int Colorspace, byte[] Encoded);
