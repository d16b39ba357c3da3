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
    public static void CheckEncoder(string file, OnnxSignature graph, ModelManifest manifest) => Check(
        file,
        GraphNames.EncoderFormat,
        graph,
        manifest,
        [new(GraphNames.Image, TensorElementType.UInt8, 4), new(GraphNames.Rate, TensorElementType.Int32, 1), new(GraphNames.Lambda, TensorElementType.Float, 1)],
        [.. manifest.Planes.Select(Indices)],
        [.. manifest.Planes.Select(Latents)]);

    /// <summary>Whether an encoder gives its latents, too.</summary>
    public static bool HasLatents(OnnxSignature graph, ModelManifest manifest) => manifest.Planes.All(plane => graph.Outputs.ContainsKey(plane.LatentsName));

    /// <exception cref="ModelFormatException">The graph is not the decoder of the manifest's model.</exception>
    public static void CheckDecoder(string file, OnnxSignature graph, ModelManifest manifest) => Check(
        file,
        GraphNames.DecoderFormat,
        graph,
        manifest,
        [.. manifest.Planes.Select(Indices), new(GraphNames.Rate, TensorElementType.Int32, 1)],
        [new(GraphNames.Image, TensorElementType.UInt8, 4)],
        []);

    private static Slot Indices(LatentPlane plane) => new(plane.TensorName, TensorElementType.Int32, 4);

    private static Slot Latents(LatentPlane plane) => new(plane.LatentsName, TensorElementType.Float, 2);

    private static void Check(string file, string format, OnnxSignature graph, ModelManifest manifest, Slot[] inputs, Slot[] outputs, Slot[] optional)
    {
        CheckSide(file, "input", graph.Inputs, inputs);
        CheckSide(file, "output", graph.Outputs, [.. outputs, .. optional.Where(slot => graph.Outputs.ContainsKey(slot.Name))]);
        CheckMetadata(file, format, graph.Metadata, manifest);
    }

    /// <summary>The hashes say that the files are the manifest's; this says that the manifest is theirs, so that an edited one is noticed.</summary>
    private static void CheckMetadata(string file, string format, IReadOnlyDictionary<string, string> found, ModelManifest manifest)
    {
        if (Value(GraphNames.FormatKey) is var named && named != format) throw new ModelFormatException($"{file}: expected the format '{format}', got '{named}'");
        if (Value(GraphNames.ModelIdKey) is var id && id != manifest.Id)
            throw new ModelFormatException($"{file}: expected the model {manifest.Id}, as {ModelManifest.FileName} says, got {id}");
        var json = Value(GraphNames.SpecKey);
        ModelSpec spec;
        try
        {
            spec = ModelSpec.FromJson(json);
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{file}: {e.Message}", e);
        }

        if (spec != manifest.Spec)
            throw new ModelFormatException($"{file}: expected the spec {manifest.Spec.ToJson()}, as {ModelManifest.FileName} says, got {spec.ToJson()}");

        string Value(string key) =>
            found.TryGetValue(key, out var value) ? value : throw new ModelFormatException($"{file}: the metadata '{key}' is missing");
    }

    private static void CheckSide(string file, string side, IReadOnlyDictionary<string, OnnxValue> found, Slot[] expected)
    {
        foreach (var slot in expected)
        {
            if (!found.TryGetValue(slot.Name, out var value))
                throw new ModelFormatException($"{file}: expected an {side} '{slot.Name}', found {string.Join(", ", found.Keys.Select(k => $"'{k}'"))}");
            if (!value.IsTensor || value.Type != slot.Type)
                throw new ModelFormatException($"{file}: {side} '{slot.Name}': expected a tensor of {slot.Type}, got {(value.IsTensor ? value.Type : "something else")}");
            if (value.Rank != slot.Rank) throw new ModelFormatException($"{file}: {side} '{slot.Name}': expected {slot.Rank} dimensions, got {value.Rank}");
        }

        var extra = found.Keys.Except(expected.Select(s => s.Name)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null) throw new ModelFormatException($"{file}: unexpected {side} '{extra}'");
    }

    private readonly record struct Slot(string Name, TensorElementType Type, int Rank);
}
