using System.Text.Json;
using System.Text.Json.Serialization;
using VqVae.Models;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Run;

/// <summary>Where a run stands: what a saved state says beside its tensors.</summary>
internal sealed record RunPosition
{
    /// <summary>Steps done; the next step's samples follow from it alone.</summary>
    [JsonRequired]
    public long Step { get; init; }

    /// <summary>Seconds trained, without validation and saving.</summary>
    [JsonRequired]
    public double Seconds { get; init; }

    /// <summary>How many steps the averages of the next report already hold.</summary>
    [JsonRequired]
    public long ReportedSteps { get; init; }

    /// <summary>The step whose weights did best on the validation images, or <c>null</c> where none were measured.</summary>
    public BestStep? Best { get; init; }

    /// <summary>The last measurement on the validation images, or <c>null</c> before the first.</summary>
    public ValidationResult? Validation { get; init; }

    /// <summary>The steps that were done when <see cref="Validation"/> was measured.</summary>
    public long ValidatedStep { get; init; }

    /// <summary>One line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RunPositionJson.Default.RunPosition);

    /// <summary>Reads and checks a position.</summary>
    /// <exception cref="ModelFormatException">The JSON is malformed, or a number is out of its range.</exception>
    public static RunPosition FromJson(string json)
    {
        try
        {
            var position = JsonSerializer.Deserialize(json, RunPositionJson.Default.RunPosition) ?? throw new ModelFormatException("the run's position is null");
            if (position.Step < 0 || position.ReportedSteps < 0 || !(double.IsFinite(position.Seconds) && position.Seconds >= 0))
                throw new ModelFormatException("the steps or the seconds of the run's position are not numbers of 0 or more");
            return position;
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"the run's position: {e.Message}", e);
        }
    }
}

/// <summary>The step whose weights did best.</summary>
/// <param name="Step">Steps done then.</param>
/// <param name="Psnr">Average PSNR in dB of the validation images from all stages.</param>
internal sealed record BestStep(long Step, double Psnr);

/// <summary>Generated JSON code: snake_case, unknown keys are errors; a measurement may be infinite.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RunPosition))]
internal sealed partial class RunPositionJson : JsonSerializerContext;
