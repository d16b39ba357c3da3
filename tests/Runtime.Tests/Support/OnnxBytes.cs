using System.Text;

namespace VqVae.Runtime.Tests;

/// <summary>Writes protocol buffers by hand, so that tests can make ONNX files that no library would write.</summary>
internal static class OnnxBytes
{
    public static byte[] Varint(int field, ulong value) => [.. Number((ulong)field << 3), .. Number(value)];

    public static byte[] Bytes(int field, params byte[][] content)
    {
        var joined = Join(content);
        return [.. Number(((ulong)field << 3) | 2), .. Number((ulong)joined.Length), .. joined];
    }

    public static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <summary>A <c>ModelProto</c> of IR version 8 with opset 17 around the graph's fields.</summary>
    public static byte[] Model(params byte[][] graph) => Join(Varint(1, 8), Bytes(8, Text(1, ""), Varint(2, 17)), Bytes(7, graph));

    public static byte[] Node(string operation, string domain, params byte[][] more) => Bytes(1, Join([Text(4, operation), Text(7, domain), .. more]));

    /// <summary>A model that passes its inputs on as outputs: element type and shape of each.</summary>
    public static byte[] Identities(params (string Input, string Output, int Type, int Rank)[] slots) => Model(
    [
        Text(2, "graph"),
        .. slots.Select(s => Bytes(1, Text(1, s.Input), Text(2, s.Output), Text(4, "Identity"))),
        .. slots.Select(s => Bytes(11, Text(1, s.Input), Type(s.Type, s.Rank))),
        .. slots.Select(s => Bytes(12, Text(1, s.Output), Type(s.Type, s.Rank))),
    ]);

    private static byte[] Type(int type, int rank) => Bytes(2, Bytes(1, Varint(1, (ulong)type), Bytes(2, [.. Enumerable.Range(0, rank).Select(d => Bytes(1, Text(2, $"d{d}")))])));
}
