using System.Diagnostics;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace VqVae.Codec.Cli.Benchmarking;

/// <summary>
/// How fast ONNX Runtime multiplies on this machine: one product of two square matrices that fit the caches, in float32 or in 8-bit integers. Convolutions are
/// products of the same kind, so that a graph of them cannot be faster.
/// </summary>
internal static class PeakGraph
{
    private const int Side = 512, Rounds = 25;
    private const int FloatType = 1, UInt8Type = 2, Int8Type = 3, Int32Type = 6;

    /// <summary>Multiply-accumulate operations a second, of the fastest round.</summary>
    /// <param name="int8">Whether 8-bit integers are multiplied.</param>
    /// <param name="threads">Threads that multiply together.</param>
    public static double OperationsPerSecond(bool int8, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(int8 ? Model("MatMulInteger", UInt8Type, Int8Type, Int32Type) : Model("MatMul", FloatType, FloatType, FloatType), options);
        long[] shape = [Side, Side];
        using var a = int8 ? Value(new byte[Side * Side], shape) : Value(new float[Side * Side], shape);
        using var b = int8 ? Value(new sbyte[Side * Side], shape) : Value(new float[Side * Side], shape);
        using var y = int8 ? Value(new int[Side * Side], shape) : Value(new float[Side * Side], shape);
        using var run = new RunOptions();
        var best = double.PositiveInfinity;
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            session.Run(run, ["a", "b"], [a, b], ["y"], [y]);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return (double)Side * Side * Side / best;
    }

    private static OrtValue Value<T>(T[] numbers, long[] shape)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(numbers, shape);

    /// <summary>An ONNX file of one node, y = a · b, written field by field; the numbers are those of <c>onnx.proto3</c>.</summary>
    private static byte[] Model(string operation, int typeA, int typeB, int typeY)
    {
        byte[] node = [.. Text(1, "a"), .. Text(1, "b"), .. Text(2, "y"), .. Text(4, operation)];
        byte[] graph = [.. Field(1, node), .. Text(2, "peak"), .. Field(11, Tensor("a", typeA)), .. Field(11, Tensor("b", typeB)), .. Field(12, Tensor("y", typeY))];
        return [.. Number(1, 8), .. Field(7, graph), .. Field(8, [.. Text(1, ""), .. Number(2, 17)])];

        static byte[] Tensor(string name, int type)
        {
            byte[] size = Field(1, Number(1, Side));
            return [.. Text(1, name), .. Field(2, Field(1, [.. Number(1, (ulong)type), .. Field(2, [.. size, .. size])]))];
        }

        static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

        static byte[] Field(int field, byte[] content) => [.. Varint((ulong)((field << 3) | 2)), .. Varint((ulong)content.Length), .. content];

        static byte[] Number(int field, ulong value) => [.. Varint((ulong)(field << 3)), .. Varint(value)];

        static byte[] Varint(ulong value)
        {
            var bytes = new List<byte>();
            for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
            bytes.Add((byte)value);
            return [.. bytes];
        }
    }
}
