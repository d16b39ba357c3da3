using System.Text;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Takes out of an ONNX file what some of its outputs do not need: ONNX Runtime computes every node, whichever outputs are asked for.</summary>
/// <remarks>
/// Field numbers are those of <c>onnx.proto3</c>. The file is one that <see cref="OnnxGuard"/> has looked through.
/// </remarks>
internal static class OnnxPruner
{
    private const int GraphField = 7;

    /// <summary>The model with these outputs alone, and with the nodes and constants that they need.</summary>
    /// <param name="model">A serialized <c>ModelProto</c>.</param>
    /// <param name="outputs">The outputs that are kept; all of them are in the graph.</param>
    /// <exception cref="ModelFormatException">The bytes are no protocol buffer, or a node holds a graph of its own.</exception>
    public static byte[] Keep(ReadOnlySpan<byte> model, IReadOnlyCollection<string> outputs)
    {
        using var result = new MemoryStream();
        var reader = new ProtobufReader(model);
        while (reader.Next(out var field))
        {
            if (field != GraphField)
            {
                reader.Skip();
                result.Write(reader.Field);
                continue;
            }

            using var graph = new MemoryStream();
            WriteGraph(reader.Message(), outputs, graph);
            WriteVarint(result, (GraphField << 3) | 2);
            WriteVarint(result, (ulong)graph.Length);
            graph.WriteTo(result);
        }

        return result.ToArray();
    }

    private static void WriteGraph(ProtobufReader graph, IReadOnlyCollection<string> outputs, MemoryStream result)
    {
        // Nodes are in the order in which they run: from the last one back, whatever a needed one takes is needed.
        var nodes = Nodes(graph);
        var needed = new HashSet<string>(outputs, StringComparer.Ordinal);
        var kept = new bool[nodes.Count];
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            kept[i] = nodes[i].Outputs.Any(needed.Contains);
            if (kept[i]) needed.UnionWith(nodes[i].Inputs);
        }

        var node = 0;
        while (graph.Next(out var field))
        {
            var inside = graph;
            graph.Skip();
            var isKept = field switch
            {
                1 => kept[node++], // node
                5 => needed.Contains(Name(inside.Message(), 8)), // initializer
                12 => outputs.Contains(Name(inside.Message(), 1)), // output
                13 => false, // value_info: shapes of what is in between, which nobody needs
                _ => true,
            };
            if (isKept) result.Write(graph.Field);
        }
    }

    private static List<(List<string> Inputs, List<string> Outputs)> Nodes(ProtobufReader graph)
    {
        var nodes = new List<(List<string>, List<string>)>();
        while (graph.Next(out var field))
        {
            if (field != 1)
            {
                graph.Skip();
                continue;
            }

            var (inputs, outputs) = (new List<string>(), new List<string>());
            var node = graph.Message();
            while (node.Next(out var part))
            {
                if (part == 1) inputs.Add(Encoding.UTF8.GetString(node.Bytes())); // input
                else if (part == 2) outputs.Add(Encoding.UTF8.GetString(node.Bytes())); // output
                else if (part == 5) RefuseGraphs(node.Message()); // attribute
                else node.Skip();
            }

            nodes.Add((inputs, outputs));
        }

        return nodes;
    }

    /// <summary>Graphs inside nodes use values of the main graph without saying so where it can be seen here. A codec's graphs have none.</summary>
    private static void RefuseGraphs(ProtobufReader attribute)
    {
        while (attribute.Next(out var field))
        {
            if (field is 6 or 11) throw new ModelFormatException("a node holds a graph, so it cannot be said what its outputs need"); // g, graphs
            attribute.Skip();
        }
    }

    private static string Name(ProtobufReader message, int nameField)
    {
        var name = "";
        while (message.Next(out var field))
        {
            if (field == nameField) name = Encoding.UTF8.GetString(message.Bytes());
            else message.Skip();
        }

        return name;
    }

    private static void WriteVarint(Stream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7) stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
