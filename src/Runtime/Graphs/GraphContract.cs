using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The inputs and outputs that the graphs of every model have.</summary>
/// <remarks>
/// Encoder: <c>image</c> uint8 <c>[N,H,W,3]</c>, <c>rate</c> int32 <c>[1]</c>, <c>lambda</c> float32 <c>[1]</c> → for each plane its index
/// tensor int32 <c>[N,L,h,w]</c>, and perhaps what it quantizes, <c>latents</c> float32 <c>[N·h·w,D]</c>. Decoder: the index tensors with any leading stages, and <c>rate</c> → <c>image</c>.
/// </remarks>
internal static class GraphContract
{
    /// <exception cref="ModelFormatException">The graph is not the encoder of the manifest's model.</exception>
    public static void CheckEncoder(InferenceSession session, ModelManifest manifest) => Check(
        ModelManifest.EncoderFileName,
        GraphNames.EncoderFormat,
        session,
        manifest,
        [new(GraphNames.Image, TensorElementType.UInt8, 4), new(GraphNames.Rate, TensorElementType.Int32, 1), new(GraphNames.Lambda, TensorElementType.Float, 1)],
        [.. manifest.Planes.Select(Indices)],
        [.. manifest.Planes.Select(Latents)]);

    /// <summary>Whether an encoder gives its latents, too.</summary>
    public static bool HasLatents(InferenceSession session, ModelManifest manifest) => manifest.Planes.All(plane => session.OutputMetadata.ContainsKey(plane.LatentsName));

    /// <exception cref="ModelFormatException">The graph is not the decoder of the manifest's model.</exception>
    public static void CheckDecoder(InferenceSession session, ModelManifest manifest) => Check(
        ModelManifest.DecoderFileName,
        GraphNames.DecoderFormat,
        session,
        manifest,
        [.. manifest.Planes.Select(Indices), new(GraphNames.Rate, TensorElementType.Int32, 1)],
        [new(GraphNames.Image, TensorElementType.UInt8, 4)],
        []);

    private static Slot Indices(LatentPlane plane) => new(plane.TensorName, TensorElementType.Int32, 4);

    private static Slot Latents(LatentPlane plane) => new(plane.LatentsName, TensorElementType.Float, 2);

    private static void Check(string graph, string format, InferenceSession session, ModelManifest manifest, Slot[] inputs, Slot[] outputs, Slot[] optional)
    {
        CheckSide(graph, "input", session.InputMetadata, inputs);
        CheckSide(graph, "output", session.OutputMetadata, [.. outputs, .. optional.Where(slot => session.OutputMetadata.ContainsKey(slot.Name))]);
        CheckMetadata(graph, format, session.ModelMetadata.CustomMetadataMap, manifest);
    }

    /// <summary>The hashes say that the files are the manifest's; this says that the manifest is theirs, so that an edited one is noticed.</summary>
    private static void CheckMetadata(string graph, string format, Dictionary<string, string> found, ModelManifest manifest)
    {
        if (Value(GraphNames.FormatKey) is var named && named != format) throw new ModelFormatException($"{graph}: expected the format '{format}', got '{named}'");
        if (Value(GraphNames.ModelIdKey) is var id && id != manifest.Id)
            throw new ModelFormatException($"{graph}: expected the model {manifest.Id}, as {ModelManifest.FileName} says, got {id}");
        var json = Value(GraphNames.SpecKey);
        ModelSpec spec;
        try
        {
            spec = ModelSpec.FromJson(json);
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{graph}: {e.Message}", e);
        }

        if (spec != manifest.Spec)
            throw new ModelFormatException($"{graph}: expected the spec {manifest.Spec.ToJson()}, as {ModelManifest.FileName} says, got {spec.ToJson()}");

        string Value(string key) =>
            found.TryGetValue(key, out var value) ? value : throw new ModelFormatException($"{graph}: the metadata '{key}' is missing");
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
