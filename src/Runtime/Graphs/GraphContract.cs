using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The inputs and outputs that the graphs of every model have.</summary>
/// <remarks>
/// Encoder: <c>image</c> uint8 <c>[N,H,W,3]</c>, <c>rate</c> int32 <c>[1]</c>, <c>lambda</c> float32 <c>[1]</c> → for each plane its index
/// tensor int32 <c>[N,L,h,w]</c>. Decoder: the index tensors with any leading stages, and <c>rate</c> → <c>image</c>.
/// </remarks>
internal static class GraphContract
{
    public const string Image = "image";
    public const string Rate = "rate";
    public const string Lambda = "lambda";

    /// <summary>The key of a graph's metadata under which the exporter writes the model id.</summary>
    private const string ModelIdKey = "model_id";

    /// <exception cref="ModelFormatException">The graph is not the encoder of the manifest's model.</exception>
    public static void CheckEncoder(InferenceSession session, ModelManifest manifest) => Check(
        ModelManifest.EncoderFileName,
        session,
        manifest,
        [new(Image, TensorElementType.UInt8, 4), new(Rate, TensorElementType.Int32, 1), new(Lambda, TensorElementType.Float, 1)],
        [.. manifest.Spec.Planes.Select(Indices)]);

    /// <exception cref="ModelFormatException">The graph is not the decoder of the manifest's model.</exception>
    public static void CheckDecoder(InferenceSession session, ModelManifest manifest) => Check(
        ModelManifest.DecoderFileName,
        session,
        manifest,
        [.. manifest.Spec.Planes.Select(Indices), new(Rate, TensorElementType.Int32, 1)],
        [new(Image, TensorElementType.UInt8, 4)]);

    private static Slot Indices(LatentPlane plane) => new(plane.TensorName, TensorElementType.Int32, 4);

    private static void Check(string graph, InferenceSession session, ModelManifest manifest, Slot[] inputs, Slot[] outputs)
    {
        if (session.ModelMetadata.CustomMetadataMap.TryGetValue(ModelIdKey, out var id) && id != manifest.Id)
            throw new ModelFormatException($"{graph}: expected the model {manifest.Id}, as {ModelManifest.FileName} says, got {id}");
        CheckSide(graph, "input", session.InputMetadata, inputs);
        CheckSide(graph, "output", session.OutputMetadata, outputs);
    }

    private static void CheckSide(string graph, string side, IReadOnlyDictionary<string, NodeMetadata> found, Slot[] expected)
    {
        foreach (var slot in expected)
        {
            if (!found.TryGetValue(slot.Name, out var node))
                throw new ModelFormatException($"{graph}: expected an {side} '{slot.Name}', found {string.Join(", ", found.Keys.Select(k => $"'{k}'"))}");
            if (!node.IsTensor || node.ElementDataType != slot.Type)
            {
                throw new ModelFormatException(
                    $"{graph}: {side} '{slot.Name}': expected a tensor of {slot.Type}, got {(node.IsTensor ? node.ElementDataType : node.OnnxValueType)}");
            }

            if (node.Dimensions.Length != slot.Rank)
                throw new ModelFormatException($"{graph}: {side} '{slot.Name}': expected {slot.Rank} dimensions, got {node.Dimensions.Length}");
        }

        var extra = found.Keys.Except(expected.Select(s => s.Name)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null) throw new ModelFormatException($"{graph}: unexpected {side} '{extra}'");
    }

    private readonly record struct Slot(string Name, TensorElementType Type, int Rank);
}
