using System.Text.Json;
using System.Text.Json.Serialization;
using VqVae.Models;

namespace VqVae.Trainer.Training;

/// <summary>What a run is: everything that its weights follow from. Kept as <c>run.json</c> in the run folder.</summary>
internal sealed record RunSettings
{
    /// <summary>The preset that the run started from.</summary>
    public required string Preset { get; init; }

    /// <summary>The folder of images.</summary>
    public required string Data { get; init; }

    /// <summary>The networks.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>How they are trained; <see cref="TrainingSpec.Steps"/> is the length of a run that is limited by steps or epochs.</summary>
    public required TrainingSpec Training { get; init; }

    /// <summary>Seed of weights, samples and restarts.</summary>
    public long Seed { get; init; }

    /// <summary>Length of a run that is limited by time, in minutes of training; otherwise <c>null</c>.</summary>
    public double? Minutes { get; init; }

    /// <summary>Threads that torch computes with: another number gives other rounding, so other weights.</summary>
    public int Threads { get; init; }

    [JsonIgnore]
    public ulong SeedBits => unchecked((ulong)Seed);

    /// <summary>The settings as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RunSettingsJson.Default.RunSettings) + "\n";

    /// <summary>Reads and checks settings.</summary>
    /// <exception cref="ModelFormatException">The JSON is malformed or describes no possible run.</exception>
    public static RunSettings FromJson(string json)
    {
        try
        {
            var settings = JsonSerializer.Deserialize(json, RunSettingsJson.Default.RunSettings) ?? throw new ModelFormatException("the settings are null");
            settings.Model.Validate();
            settings.Training.Validate(settings.Model);
            return settings;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new ModelFormatException(e.Message, e);
        }
    }
}

/// <summary>Generated JSON code: snake_case, unknown keys are errors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(RunSettings))]
internal sealed partial class RunSettingsJson : JsonSerializerContext;
