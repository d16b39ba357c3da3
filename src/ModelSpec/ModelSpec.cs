using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VqVae.Models;

/// <summary>
/// The hyperparameters that fix a model's networks: what the tensors of a checkpoint and the nodes of the graphs follow from.
/// How a model is trained is <see cref="TrainingSpec"/>.
/// </summary>
/// <remarks>
/// The defaults are those of the preset <c>celeba</c>. As JSON a spec names every hyperparameter: a file that leans on defaults would
/// come to mean another model when they change.
/// </remarks>
public sealed record ModelSpec
{
    /// <summary>Pixels are scaled as <c>x = pixel / 127.5 − 1</c>, so that the networks see [−1, 1].</summary>
    public const float PixelScale = 127.5f;

    /// <summary>Largest number of stages, so that a stage count fits one byte of a file.</summary>
    public const int MaxStages = 255;

    /// <summary>The network family.</summary>
    [JsonRequired]
    public Architecture Architecture { get; init; } = Architecture.VqVae;

    /// <summary>Colour channels that the networks see: 3 (RGB) or 1 (luma; graphs still take and give RGB).</summary>
    [JsonRequired]
    public int InputChannels { get; init; } = 3;

    /// <summary>Channels of the hidden layers.</summary>
    [JsonRequired]
    public int Hidden { get; init; } = 256;

    /// <summary>Dimension of the code vectors.</summary>
    [JsonRequired]
    public int EmbeddingDim { get; init; } = 128;

    /// <summary>Residual blocks of the encoder.</summary>
    [JsonRequired]
    public int EncoderBlocks { get; init; } = 4;

    /// <summary>Residual blocks of the decoder at the latent's resolution.</summary>
    [JsonRequired]
    public int DecoderBlocks { get; init; } = 4;

    /// <summary>Codebook size of every stage.</summary>
    [JsonRequired]
    public int Codes { get; init; } = 512;

    /// <summary>Stages that add up: residual quantization levels.</summary>
    [JsonRequired]
    public int Stages { get; init; } = 1;

    /// <summary>Pixels a side of one latent position: a power of two, 2 to 32.</summary>
    [JsonRequired]
    public int Stride { get; init; } = 4;

    /// <summary><see cref="Architecture.Klt"/> only: channels of the decoder's half-resolution part, the linear image's included.</summary>
    [JsonRequired]
    public int RefineChannels { get; init; } = 32;

    /// <summary><see cref="Architecture.Klt"/> only: residual blocks of the decoder's half-resolution part.</summary>
    [JsonRequired]
    public int RefineBlocks { get; init; } = 1;

    /// <summary>The index grids of this model, in the order of the graphs' tensors.</summary>
    [JsonIgnore]
    public IReadOnlyList<LatentPlane> Planes => [new LatentPlane("", Stride, Stages, Codes)];

    /// <summary>The multiple that image height and width are padded to.</summary>
    [JsonIgnore]
    public int LargestStride => Planes.Max(p => p.Stride);

    /// <summary>Numbers in one stride × stride patch of pixels.</summary>
    [JsonIgnore]
    public int PatchSize => Stride * Stride * InputChannels;

    /// <summary>Reads and checks a spec.</summary>
    /// <exception cref="ModelFormatException">The JSON is malformed, has an unknown key, lacks one, or describes no possible model.</exception>
    public static ModelSpec FromJson(string json)
    {
        try
        {
            var spec = JsonSerializer.Deserialize(json, ModelJson.Default.ModelSpec) ?? throw new ModelFormatException("the model spec is null");
            spec.Validate();
            return spec;
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"the model spec is not valid: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException($"the model spec is not valid: {e.Message}", e);
        }
    }

    /// <summary>The spec as JSON on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Compact.ModelSpec);

    /// <summary>Checks that the hyperparameters describe a model.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Architecture)) throw new ArgumentException($"architecture: expected vqvae or klt, got {Architecture}");
        if (InputChannels is not (1 or 3)) throw Bad("input channels", InputChannels, "1 or 3");
        Range("hidden channels", Hidden, 1, 4096);
        Range("embedding dimension", EmbeddingDim, 1, 4096);
        Range("encoder blocks", EncoderBlocks, 0, 64);
        Range("decoder blocks", DecoderBlocks, 0, 64);
        Range("codes", Codes, 2, 65536);
        Range("stages", Stages, 1, MaxStages);
        if (!int.IsPow2(Stride) || Stride is < 2 or > 32) throw Bad("stride", Stride, "a power of two from 2 to 32");
        if (Architecture != Architecture.Klt) return;

        if (Stride < 4) throw Bad("stride", Stride, "at least 4 for this architecture");
        Range("embedding dimension", EmbeddingDim, 1, PatchSize);
        Range("refine channels", RefineChannels, (4 * InputChannels) + 1, 1024);
        Range("refine blocks", RefineBlocks, 0, 64);
    }

    private static void Range(string what, int value, int min, int max)
    {
        if (value < min || value > max) throw Bad(what, value, string.Create(CultureInfo.InvariantCulture, $"from {min} to {max}"));
    }

    private static ArgumentException Bad(string what, int value, string expected) => new($"{what}: expected {expected}, got {value}");
}
