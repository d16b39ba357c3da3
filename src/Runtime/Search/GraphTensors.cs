using System.Runtime.InteropServices;
using System.Text;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Reads constants out of an ONNX file that <see cref="OnnxGuard"/> has looked through.</summary>
/// <remarks>Field numbers are those of <c>onnx.proto3</c>.</remarks>
internal static class GraphTensors
{
    private const int FloatType = 1;

    /// <summary>The main graph's constants of the names: those that are float32 and kept as raw bytes.</summary>
    /// <exception cref="ModelFormatException">The bytes are no protocol buffer.</exception>
    public static Dictionary<string, float[]> Read(ReadOnlySpan<byte> model, IReadOnlySet<string> names)
    {
        var found = new Dictionary<string, float[]>(StringComparer.Ordinal);
        var reader = new ProtobufReader(model);
        while (reader.Next(out var field))
        {
            if (field == 7) ReadGraph(reader.Message(), names, found); // graph
            else reader.Skip();
        }

        return found;
    }

    private static void ReadGraph(ProtobufReader graph, IReadOnlySet<string> names, Dictionary<string, float[]> found)
    {
        while (graph.Next(out var field))
        {
            if (field == 5) ReadTensor(graph.Message(), names, found); // initializer
            else graph.Skip();
        }
    }

    private static void ReadTensor(ProtobufReader tensor, IReadOnlySet<string> names, Dictionary<string, float[]> found)
    {
        ReadOnlySpan<byte> name = default, data = default;
        var type = 0UL;
        while (tensor.Next(out var field))
        {
            switch (field)
            {
                case 2: // data_type
                    type = tensor.Varint();
                    break;
                case 8: // name
                    name = tensor.Bytes();
                    break;
                case 9: // raw_data
                    data = tensor.Bytes();
                    break;
                default:
                    tensor.Skip();
                    break;
            }
        }

        if (type != FloatType || data.Length % sizeof(float) != 0 || name.Length > 256) return;
        var text = Encoding.UTF8.GetString(name);
        if (names.Contains(text)) found[text] = MemoryMarshal.Cast<byte, float>(data).ToArray();
    }
}
