using System.Text;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// Looks through an ONNX file before ONNX Runtime sees it, and refuses what a codec's graph has no use for and a hostile one does: data or
/// compiled blobs in other files, operators that are not ONNX's own or ONNX Runtime's, model-local functions, training graphs, deep nesting.
/// </summary>
/// <remarks>Field numbers are those of <c>onnx.proto3</c> (ONNX IR version 8 to 10). Memory: the stack only. Time: linear in the file, times the nesting.</remarks>
internal static class OnnxGuard
{
    /// <summary>Graphs inside graphs (bodies of If, Loop, Scan) that are allowed.</summary>
    internal const int MaxNesting = 8;

    /// <summary>Checks a serialized <c>ModelProto</c>.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="model">The bytes.</param>
    /// <exception cref="ModelFormatException">The bytes are no protocol buffer, or hold what is refused.</exception>
    public static void Check(string name, ReadOnlySpan<byte> model)
    {
        try
        {
            CheckModel(new ProtobufReader(model));
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{name}: {e.Message}", e);
        }
    }

    private static void CheckModel(ProtobufReader model)
    {
        var hasGraph = false;
        while (model.Next(out var field))
        {
            switch (field)
            {
                case 7: // graph
                    hasGraph = true;
                    CheckGraph(model.Message(), 0);
                    break;
                case 8: // opset_import
                    CheckOperatorSet(model.Message());
                    break;
                case 20: // training_info
                    throw new ModelFormatException("training graphs are not allowed");
                case 25: // functions
                    throw new ModelFormatException("model-local functions are not allowed");
                default:
                    model.Skip();
                    break;
            }
        }

        if (!hasGraph) throw new ModelFormatException("expected an ONNX model with a graph, found none");
    }

    private static void CheckOperatorSet(ProtobufReader set)
    {
        while (set.Next(out var field))
        {
            if (field == 1) CheckDomain(set.Bytes(), "opset import");
            else set.Skip();
        }
    }

    private static void CheckGraph(ProtobufReader graph, int nesting)
    {
        if (nesting > MaxNesting) throw new ModelFormatException($"expected at most {MaxNesting} graphs inside one another, got more");
        while (graph.Next(out var field))
        {
            switch (field)
            {
                case 1: // node
                    CheckNode(graph.Message(), nesting);
                    break;
                case 5: // initializer
                    CheckTensor(graph.Message());
                    break;
                case 15: // sparse_initializer
                    CheckSparseTensor(graph.Message());
                    break;
                default:
                    graph.Skip();
                    break;
            }
        }
    }

    private static void CheckNode(ProtobufReader node, int nesting)
    {
        while (node.Next(out var field))
        {
            switch (field)
            {
                case 4: // op_type
                    // The one operator of ONNX Runtime's own domain whose job is to load a compiled blob, from a file if it likes.
                    if (node.Bytes().SequenceEqual("EPContext"u8)) throw new ModelFormatException("the operator EPContext is not allowed");
                    break;
                case 5: // attribute
                    CheckAttribute(node.Message(), nesting);
                    break;
                case 7: // domain
                    CheckDomain(node.Bytes(), "operator");
                    break;
                default:
                    node.Skip();
                    break;
            }
        }
    }

    private static void CheckAttribute(ProtobufReader attribute, int nesting)
    {
        while (attribute.Next(out var field))
        {
            switch (field)
            {
                case 5 or 10: // t, tensors
                    CheckTensor(attribute.Message());
                    break;
                case 6 or 11: // g, graphs
                    CheckGraph(attribute.Message(), nesting + 1);
                    break;
                case 22 or 23: // sparse_tensor, sparse_tensors
                    CheckSparseTensor(attribute.Message());
                    break;
                default:
                    attribute.Skip();
                    break;
            }
        }
    }

    private static void CheckSparseTensor(ProtobufReader tensor)
    {
        while (tensor.Next(out var field))
        {
            if (field is 1 or 2) CheckTensor(tensor.Message()); // values, indices
            else tensor.Skip();
        }
    }

    private static void CheckTensor(ProtobufReader tensor)
    {
        while (tensor.Next(out var field))
        {
            switch (field)
            {
                case 13: // external_data
                    throw new ModelFormatException("a tensor keeps its data in another file, which is not allowed");
                case 14: // data_location
                    if (tensor.Varint() != 0) throw new ModelFormatException("a tensor keeps its data in another file, which is not allowed");
                    break;
                default:
                    tensor.Skip();
                    break;
            }
        }
    }

    private static void CheckDomain(ReadOnlySpan<byte> domain, string what)
    {
        if (domain.Length == 0 || domain.SequenceEqual("ai.onnx"u8) || domain.SequenceEqual("com.microsoft"u8)) return;
        var text = Encoding.UTF8.GetString(domain[..Math.Min(domain.Length, 64)]);
        throw new ModelFormatException($"{what}: expected the domain ai.onnx or com.microsoft, got '{text}'");
    }
}
