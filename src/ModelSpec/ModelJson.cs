using System.Text.Json;
using System.Text.Json.Serialization;

namespace VqVae.Models;

/// <summary>Generated JSON code for the types below: snake_case, unknown and repeated keys are errors, no reflection (so that AOT builds work).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ModelSpec))]
[JsonSerializable(typeof(TrainingSpec))]
[JsonSerializable(typeof(Preset))]
[JsonSerializable(typeof(ModelManifest))]
[JsonSerializable(typeof(Provenance))]
internal sealed partial class ModelJson : JsonSerializerContext
{
    /// <summary>The same on one line, for metadata fields.</summary>
    public static ModelJson Compact => field ??= new ModelJson(new JsonSerializerOptions(Default.Options) { WriteIndented = false });
}
