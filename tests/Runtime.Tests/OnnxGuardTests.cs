using VqVae.Models;
using static VqVae.Runtime.Tests.OnnxBytes;

namespace VqVae.Runtime.Tests;

public class OnnxGuardTests
{
    private const string ExternalData = "a tensor keeps its data in another file, which is not allowed";

    private static byte[] ExternalTensor => Join(Text(8, "w"), Bytes(13, Text(1, "location"), Text(2, "/etc/passwd")), Varint(14, 1));

    public static TheoryData<string, byte[], string> Hostile() => new()
    {
        { "external data in an initializer", Model(Bytes(5, ExternalTensor)), ExternalData },
        { "only the location", Model(Bytes(5, Varint(14, 1))), ExternalData },
        { "only the entries", Model(Bytes(5, Bytes(13, Text(1, "location")))), ExternalData },
        { "a second data location that parsers prefer", Model(Bytes(5, Varint(14, 0), Varint(14, 1))), ExternalData },
        { "external data in an attribute", Model(Node("Constant", "", Bytes(5, Text(1, "value"), Bytes(5, ExternalTensor)))), ExternalData },
        { "external data in a list of tensors", Model(Node("X", "", Bytes(5, Bytes(10, ExternalTensor)))), ExternalData },
        { "external data in sparse values", Model(Bytes(15, Bytes(1, ExternalTensor))), ExternalData },
        { "external data in sparse indices", Model(Bytes(15, Bytes(2, ExternalTensor))), ExternalData },
        { "external data in a sparse attribute", Model(Node("Constant", "", Bytes(5, Bytes(22, Bytes(1, ExternalTensor))))), ExternalData },
        { "external data in sparse attributes", Model(Node("Constant", "", Bytes(5, Bytes(23, Bytes(1, ExternalTensor))))), ExternalData },
        { "external data in a subgraph", Model(Node("If", "", Bytes(5, Bytes(6, Bytes(5, ExternalTensor))))), ExternalData },
        { "external data in a list of subgraphs", Model(Node("If", "", Bytes(5, Bytes(11, Bytes(5, ExternalTensor))))), ExternalData },
        { "a second graph that parsers merge", Join(Model(), Bytes(7, Bytes(5, ExternalTensor))), ExternalData },
        { "a foreign operator", Model(Node("Evil", "com.evil")), "operator: expected the domain ai.onnx or com.microsoft, got 'com.evil'" },
        { "a foreign operator in a subgraph", Model(Node("If", "", Bytes(5, Bytes(6, Node("Evil", "com.evil"))))), "operator: expected the domain ai.onnx or com.microsoft, got 'com.evil'" },
        { "machine learning operators", Model(Node("Scaler", "ai.onnx.ml")), "operator: expected the domain ai.onnx or com.microsoft, got 'ai.onnx.ml'" },
        { "a foreign operator set", Join(Model(), Bytes(8, Text(1, "com.evil"), Varint(2, 1))), "opset import: expected the domain ai.onnx or com.microsoft, got 'com.evil'" },
        { "compiled blobs", Model(Node("EPContext", "com.microsoft")), "the operator EPContext is not allowed" },
        { "functions", Join(Model(), Bytes(25, Text(1, "f"))), "model-local functions are not allowed" },
        { "training", Join(Model(), Bytes(20, [])), "training graphs are not allowed" },
        { "no graph", Varint(1, 8), "expected an ONNX model with a graph, found none" },
        { "nothing", [], "expected an ONNX model with a graph, found none" },
        { "a length past the end", Join(Number((7 << 3) | 2), Number(100)), "offset 1: expected a length up to 0, got 100" },
        { "a huge length", Join(Number((7 << 3) | 2), Number(ulong.MaxValue)), "offset 1: expected a length up to 0, got 18446744073709551615" },
        { "a length past the graph's end", Model(Number((1 << 3) | 2), Number(3)), "expected a length up to 0, got 3" },
        { "an endless varint", [8, .. Enumerable.Repeat((byte)0xff, 20)], "offset 1: expected a varint of at most 10 bytes, got more" },
        { "a varint cut short", [8, 0x80], "offset 1: expected a varint, got the message's end" },
        { "a fixed number cut short", [(1 << 3) | 1, 0, 0], "offset 1: expected 8 bytes, got 2" },
        { "a group", [(1 << 3) | 3], "offset 1: expected a wire type of 0, 1, 2 or 5, got 3" },
        { "field 0", [0, 0], "offset 0: expected a field tag, got 0x0" },
        { "a number where a graph belongs", Varint(7, 1), "offset 1: expected a length-delimited field, got wire type 0" },
        { "bytes where a data location belongs", Model(Bytes(5, Bytes(14, [1]))), "expected a varint field, got wire type 2" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Check_HostileModel_SaysWhatIsWrong(string what, byte[] model, string expected)
    {
        Assert.NotEmpty(what);
        var error = Assert.Throws<ModelFormatException>(() => OnnxGuard.Check("encoder.onnx", model));
        Assert.StartsWith("encoder.onnx: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_GraphsInsideGraphs_StopsAtTheLimit()
    {
        OnnxGuard.Check("x", Nested(OnnxGuard.MaxNesting));
        Assert.Throws<ModelFormatException>(() => OnnxGuard.Check("x", Nested(OnnxGuard.MaxNesting + 1)));

        // Deep enough to end the process if each level took a stack frame.
        Assert.Throws<ModelFormatException>(() => OnnxGuard.Check("x", Nested(3_000)));
    }

    [Fact]
    public void Check_AllowedDomains_Passes() => OnnxGuard.Check("x", Join(
        Model(Node("Conv", ""), Node("Conv", "ai.onnx"), Node("QLinearConv", "com.microsoft"), Bytes(5, Text(8, "w"), Varint(14, 0), Bytes(9, [1, 2]))),
        Bytes(8, Text(1, "com.microsoft"), Varint(2, 1)),
        Text(2, "producer")));

    [Fact]
    public void Check_AnyBytes_NeverFailsOtherwise()
    {
        var random = new Random(5);
        var model = Model(Node("If", "", Bytes(5, Bytes(6, Node("Conv", "")))), Bytes(5, Text(8, "w"), Bytes(9, new byte[9])));
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = (byte[])model.Clone();
            for (var n = random.Next(1, 4); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                OnnxGuard.Check("x", damaged.AsSpan(0, random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length));
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 19_999);
    }

    private static byte[] Nested(int levels)
    {
        // Built from the inside out, and backwards: each level only adds a prefix.
        var reversed = new List<byte>();
        for (var i = 0; i < levels; i++)
        {
            foreach (var field in new[] { 6, 5, 1 })
            {
                var prefix = Join(Number(((ulong)field << 3) | 2), Number((ulong)reversed.Count));
                reversed.AddRange(prefix.Reverse());
            }
        }

        reversed.Reverse();
        return Model([.. reversed]);
    }
}
