using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>What an ONNX file says of itself, read without opening it: inputs, outputs and metadata.</summary>
/// <remarks>Field numbers are those of <c>onnx.proto3</c>. The file is one that <see cref="OnnxGuard"/> has looked through.</remarks>
internal sealed class OnnxSignature
{
    private OnnxSignature(Dictionary<string, OnnxValue> inputs, Dictionary<string, OnnxValue> outputs, Dictionary<string, string> metadata) =>
        (Inputs, Outputs, Metadata) = (inputs, outputs, metadata);

    /// <summary>The graph's inputs.</summary>
    public IReadOnlyDictionary<string, OnnxValue> Inputs { get; }

    /// <summary>The graph's outputs.</summary>
    public IReadOnlyDictionary<string, OnnxValue> Outputs { get; }

    /// <summary>The model's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a serialized <c>ModelProto</c>.</summary>
    /// <exception cref="ModelFormatException">The bytes are no protocol buffer.</exception>
    public static OnnxSignature Read(ReadOnlySpan<byte> model)
    {
        var (inputs, outputs, metadata) = (New<OnnxValue>(), New<OnnxValue>(), New<string>());
        var reader = new ProtobufReader(model);
        while (reader.Next(out var field))
        {
            if (field == 7) ReadGraph(reader.Message(), inputs, outputs); // graph
            else if (field == 14) ReadMetadata(reader.Message(), metadata); // metadata_props
            else reader.Skip();
        }

        return new OnnxSignature(inputs, outputs, metadata);
    }

    private static Dictionary<string, T> New<T>() => new(StringComparer.Ordinal);

    private static void ReadGraph(ProtobufReader graph, Dictionary<string, OnnxValue> inputs, Dictionary<string, OnnxValue> outputs)
    {
        while (graph.Next(out var field))
        {
            if (field is 11 or 12) ReadValue(graph.Message(), field == 11 ? inputs : outputs); // input, output
            else graph.Skip();
        }
    }

    private static void ReadValue(ProtobufReader info, Dictionary<string, OnnxValue> values)
    {
        var (name, value) = ("", default(OnnxValue));
        while (info.Next(out var field))
        {
            if (field == 1) name = Encoding.UTF8.GetString(info.Bytes()); // name
            else if (field == 2) value = ReadType(info.Message()); // type
            else info.Skip();
        }

        values[name] = value;
    }

    private static OnnxValue ReadType(ProtobufReader type)
    {
        var value = default(OnnxValue);
        while (type.Next(out var field))
        {
            if (field == 1) value = ReadTensorType(type.Message()); // tensor_type
            else type.Skip();
        }

        return value;
    }

    private static OnnxValue ReadTensorType(ProtobufReader tensor)
    {
        var (element, rank) = (0, 0);
        while (tensor.Next(out var field))
        {
            if (field == 1) element = (int)Math.Min(tensor.Varint(), int.MaxValue); // elem_type
            else if (field == 2) rank = ReadRank(tensor.Message()); // shape
            else tensor.Skip();
        }

        return new OnnxValue(true, (TensorElementType)element, rank);
    }

    private static int ReadRank(ProtobufReader shape)
    {
        var rank = 0;
        while (shape.Next(out var field))
        {
            if (field == 1) rank++; // dim
            shape.Skip();
        }

        return rank;
    }

    private static void ReadMetadata(ProtobufReader entry, Dictionary<string, string> metadata)
    {
        var (key, value) = ("", "");
        while (entry.Next(out var field))
        {
            if (field == 1) key = Encoding.UTF8.GetString(entry.Bytes()); // key
            else if (field == 2) value = Encoding.UTF8.GetString(entry.Bytes()); // value
            else entry.Skip();
        }

        metadata[key] = value;
    }
}

/// <summary>An input or output of a graph.</summary>
/// <param name="IsTensor">Whether it is a tensor; nothing else is known of what is not.</param>
/// <param name="Type">Element type.</param>
/// <param name="Rank">Number of axes.</param>
internal readonly record struct OnnxValue(bool IsTensor, TensorElementType Type, int Rank);
