using System.Text.Json;

namespace VqVae.Models;

/// <summary>
/// A trained model's weights: <c>checkpoint.safetensors</c> of a run folder, whoever trained it.
/// </summary>
/// <remarks>
/// Metadata: <c>format</c> is <c>vqvae-checkpoint/1</c>, <c>spec</c> the <see cref="ModelSpec"/> as JSON, <c>provenance</c> (optional) a
/// <see cref="Models.Provenance"/> as JSON. Tensors: exactly those of <see cref="ModelTensors.For"/>, float32, finite.
/// </remarks>
public sealed class Checkpoint
{
    /// <summary>The checkpoint's file name in a run folder.</summary>
    public const string FileName = "checkpoint.safetensors";

    /// <summary>The value of the metadata key <c>format</c>.</summary>
    public const string Format = "vqvae-checkpoint/1";

    private readonly SafetensorsFile _file;

    private Checkpoint(SafetensorsFile file, ModelSpec spec, Provenance? provenance)
    {
        _file = file;
        Spec = spec;
        Provenance = provenance;
        Id = ModelId.Compute(spec, name => file[name].Data);
    }

    /// <summary>The hyperparameters.</summary>
    public ModelSpec Spec { get; }

    /// <summary>Where the weights come from, if the trainer said so.</summary>
    public Provenance? Provenance { get; }

    /// <summary>The id of the model that these weights make without tables; the other files of the run folder carry it.</summary>
    public ModelId Id { get; }

    /// <summary>The id of the model that these weights make with tables.</summary>
    /// <param name="tables">The content of <c>tables.bin</c>; empty where there is none.</param>
    public ModelId IdWith(ReadOnlySpan<byte> tables) => ModelId.Compute(Spec, name => _file[name].Data, tables);

    /// <summary>Reads and checks a checkpoint.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, extra, wrongly shaped or not finite, or the file is malformed.</exception>
    public static Checkpoint Load(string path)
    {
        var file = SafetensorsFile.Load(path);
        try
        {
            return FromFile(file);
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Checks that a safetensors file is a checkpoint.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, extra, wrongly shaped or not finite, or the metadata is not a checkpoint's.</exception>
    public static Checkpoint FromFile(SafetensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var format = file.GetMetadata("format");
        if (format != Format) throw new ModelFormatException($"expected the format '{Format}', got '{format}'");
        var spec = ModelSpec.FromJson(file.GetMetadata("spec"));
        var expected = ModelTensors.For(spec);
        foreach (var tensor in expected)
        {
            var found = file[tensor.Name];
            if (found.Type != TensorType.Float32) throw new ModelFormatException($"tensor '{tensor.Name}': expected F32, got {found.Type.Name()}");
            if (!found.Shape.SequenceEqual(tensor.Shape.Select(n => (long)n)))
                throw new ModelFormatException($"tensor '{tensor.Name}': expected shape [{string.Join(", ", tensor.Shape)}], got [{string.Join(", ", found.Shape)}]");
            foreach (var value in found.Values<float>())
                if (!float.IsFinite(value)) throw new ModelFormatException($"tensor '{tensor.Name}' holds {value}; expected finite numbers");
        }

        var extra = file.Tensors.Keys.Except(expected.Select(t => t.Name)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null) throw new ModelFormatException($"tensor '{extra}' is not part of this model");
        return new Checkpoint(file, spec, ReadProvenance(file));
    }

    /// <summary>The values of a tensor of <see cref="ModelTensors.For"/>.</summary>
    public ReadOnlySpan<float> Values(string name) => _file[name].Values<float>();

    /// <summary>Starts a checkpoint file: the metadata are set, the tensors are the caller's to add.</summary>
    public static SafetensorsWriter CreateWriter(ModelSpec spec, Provenance? provenance)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = Format;
        writer.Metadata["spec"] = spec.ToJson();
        if (provenance is not null) writer.Metadata["provenance"] = JsonSerializer.Serialize(provenance, ModelJson.Compact.Provenance);
        return writer;
    }

    private static Provenance? ReadProvenance(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue("provenance", out var json)) return null;
        try
        {
            return JsonSerializer.Deserialize(json, ModelJson.Default.Provenance);
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"the provenance is not valid: {e.Message}", e);
        }
    }
}
