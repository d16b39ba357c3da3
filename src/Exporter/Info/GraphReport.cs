using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using VqVae.Exporter.Onnx;
using VqVae.Models;

namespace VqVae.Exporter.Info;

/// <summary>A graph's part of <c>exporter info</c>.</summary>
internal static class GraphReport
{
    /// <summary>Describes an ONNX file: versions, inputs and outputs, operators.</summary>
    /// <exception cref="ModelFormatException">It is not an ONNX file.</exception>
    public static void Write(MarkdownWriter markdown, string name, byte[] content)
    {
        var model = Parse(name, content);
        markdown.Heading(2, name);
        var opsets = model.OpsetImport.Select(o => string.Create(CultureInfo.InvariantCulture, $"{(o.Domain.Length == 0 ? "ai.onnx" : o.Domain)} {o.Version}"));
        var weights = model.Graph.Initializer.Sum(t => (long)t.RawData.Length);
        markdown.Paragraph(string.Create(
            CultureInfo.InvariantCulture,
            $"{model.DocString} ONNX IR version {model.IrVersion}, operator set {string.Join(", ", opsets)}; {model.Graph.Node.Count} nodes, {model.Graph.Initializer.Count} constants of {weights:N0} bytes."));
        markdown.Table(["", "name", "type", "shape", "what it is"], [.. Rows("input", model.Graph.Input), .. Rows("output", model.Graph.Output)]);
        markdown.Table(
            ["operator", "nodes:"],
            model.Graph.Node.GroupBy(n => n.OpType).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new[] { g.Key, g.Count().ToString(CultureInfo.InvariantCulture) }));
    }

    private static ModelProto Parse(string name, byte[] content)
    {
        try
        {
            var model = ModelProto.Parser.ParseFrom(content);
            return model.Graph is not null ? model : throw new ModelFormatException($"{name} holds no graph");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelFormatException($"{name} is not an ONNX file: {e.Message}", e);
        }
    }

    private static IEnumerable<string[]> Rows(string side, RepeatedField<ValueInfoProto> values) => values.Select(v => new[]
    {
        side,
        $"`{v.Name}`",
        ((TensorProto.Types.DataType)(v.Type?.TensorType?.ElemType ?? 0)).ToString().ToLowerInvariant(),
        $"[{string.Join(", ", (v.Type?.TensorType?.Shape?.Dim ?? []).Select(Text))}]",
        v.DocString,
    });

    private static string Text(TensorShapeProto.Types.Dimension dim) => dim.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => dim.DimValue.ToString(CultureInfo.InvariantCulture),
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam => dim.DimParam,
        _ => "?",
    };
}
