using System.Text.Json;

namespace VqVae.Models;

/// <summary>A named starting point: a model and how it is trained.</summary>
public sealed record Preset
{
    /// <summary>The name that <c>trainer fit --preset</c> takes.</summary>
    public required string Name { get; init; }

    /// <summary>What the preset is for, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>The networks.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>How they are trained.</summary>
    public required TrainingSpec Training { get; init; }

    /// <summary>The plain VQ-VAE, kept reproducible: stride 4, one stage of 512 codes of 128 dimensions, images resized to 128×128.</summary>
    public static Preset Celeba { get; } = new()
    {
        Name = "celeba",
        Description = "the plain VQ-VAE on images resized to 128x128: a reference point; wants a GPU",
        Model = new ModelSpec(),
        Training = new TrainingSpec(),
    };

    /// <summary>A light photo codec that trains on two CPU cores in minutes: stride 8, four residual levels of 512 codes, any number of which decodes.</summary>
    public static Preset Small { get; } = new()
    {
        Name = "small",
        Description = "a light codec for photos: stride 8, 4 residual levels of 512 codes, any number of which decodes; trains on a CPU",
        Model = new ModelSpec
        {
            Architecture = Architecture.Klt,
            Hidden = 128,
            EmbeddingDim = 64,
            EncoderBlocks = 2,
            DecoderBlocks = 3,
            Codes = 512,
            Stages = 4,
            Stride = 8,
            RefineChannels = 32,
            RefineBlocks = 1,
        },
        Training = new TrainingSpec
        {
            ImageSize = 128,
            SampleMode = SampleMode.Crop,
            Flip = true,
            Batch = 8,
            Steps = 2_000,
            LearningRate = 1e-3,
            Schedule = LearningRateSchedule.Cosine,
            WarmupSteps = 50,
            GradientClip = 0.5,
            CodebookLearning = CodebookLearning.Ema,
            CodebookWeight = 0,
            CommitmentWeight = 0.25,
            StageDropout = true,
            KMeansStart = true,
        },
    };

    /// <summary>All presets, the default one (<c>small</c>) first.</summary>
    public static IReadOnlyList<Preset> All { get; } = [Small, Celeba];

    /// <summary>The preset of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that exist.</exception>
    public static Preset Find(string name) =>
        All.FirstOrDefault(p => p.Name == name)
        ?? throw new ArgumentException($"preset: expected one of {string.Join(", ", All.Select(p => p.Name))}, got '{name}'");

    /// <summary>The preset as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Default.Preset);
}
