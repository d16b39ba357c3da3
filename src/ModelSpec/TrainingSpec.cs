using System.Text.Json.Serialization;

namespace VqVae.Models;

/// <summary>How codebooks learn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CodebookLearning>))]
public enum CodebookLearning
{
    /// <summary>By the gradient of the codebook loss (van den Oord et al. 2017, equation 3).</summary>
    [JsonStringEnumMemberName("gradient")]
    Gradient,

    /// <summary>By exponential moving averages of the vectors assigned to each code (the same paper, appendix A.1), with k-means start and restart of dead codes.</summary>
    [JsonStringEnumMemberName("ema")]
    Ema,
}

/// <summary>How an image becomes a training sample of <see cref="TrainingSpec.ImageSize"/>² pixels.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SampleMode>))]
public enum SampleMode
{
    /// <summary>A random crop; images that are too small are extended by their edge pixels.</summary>
    [JsonStringEnumMemberName("crop")]
    Crop,

    /// <summary>The whole image, resized to the square; the aspect ratio is not kept.</summary>
    [JsonStringEnumMemberName("resize")]
    Resize,
}

/// <summary>How the learning rate moves over the run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LearningRateSchedule>))]
public enum LearningRateSchedule
{
    /// <summary>Constant.</summary>
    [JsonStringEnumMemberName("constant")]
    Constant,

    /// <summary>From the full rate down to zero along half a cosine.</summary>
    [JsonStringEnumMemberName("cosine")]
    Cosine,
}

/// <summary>How a model is trained. The defaults are those of the preset <c>celeba</c>.</summary>
/// <remarks>As JSON it names every value, as <see cref="ModelSpec"/> does, so that a run resumes as what it was whatever the defaults have become.</remarks>
public sealed record TrainingSpec
{
    /// <summary>Side of a training sample in pixels; a multiple of the model's stride.</summary>
    [JsonRequired]
    public int ImageSize { get; init; } = 128;

    /// <summary>How an image becomes a sample.</summary>
    [JsonRequired]
    public SampleMode SampleMode { get; init; } = SampleMode.Resize;

    /// <summary>Whether half of the samples are mirrored left to right.</summary>
    [JsonRequired]
    public bool Flip { get; init; }

    /// <summary>Samples in one optimisation step.</summary>
    [JsonRequired]
    public int Batch { get; init; } = 32;

    /// <summary>Optimisation steps where neither steps, epochs nor minutes are asked for.</summary>
    [JsonRequired]
    public int Steps { get; init; } = 10_000;

    /// <summary>Peak learning rate of AdamW.</summary>
    [JsonRequired]
    public double LearningRate { get; init; } = 2.25e-4;

    /// <summary>How the learning rate moves over the run.</summary>
    [JsonRequired]
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Steps over which the learning rate rises from zero at the start.</summary>
    [JsonRequired]
    public int WarmupSteps { get; init; }

    /// <summary>Decoupled weight decay of AdamW (Loshchilov and Hutter 2019).</summary>
    [JsonRequired]
    public double WeightDecay { get; init; }

    /// <summary>Largest Euclidean norm of the gradient of all parameters together; 0 for no clipping.</summary>
    [JsonRequired]
    public double GradientClip { get; init; }

    /// <summary>How codebooks learn.</summary>
    [JsonRequired]
    public CodebookLearning CodebookLearning { get; init; } = CodebookLearning.Gradient;

    /// <summary>Weight of mean‖sg[z] − e‖², which moves the codebook; unused with <see cref="CodebookLearning.Ema"/>.</summary>
    [JsonRequired]
    public double CodebookWeight { get; init; } = 0.25;

    /// <summary>Weight of mean‖z − sg[e]‖², which moves the encoder.</summary>
    [JsonRequired]
    public double CommitmentWeight { get; init; } = 1.0;

    /// <summary>γ of the moving averages of <see cref="CodebookLearning.Ema"/>.</summary>
    [JsonRequired]
    public double EmaDecay { get; init; } = 0.99;

    /// <summary>A code is restarted when its moving count falls below this share of an even distribution's; 0 for never.</summary>
    [JsonRequired]
    public double RestartThreshold { get; init; } = 0.03;

    /// <summary>Whether each sample is decoded from a random number of leading stages, so that any number of them decodes.</summary>
    [JsonRequired]
    public bool StageDropout { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it and the range.</exception>
    public void Validate(ModelSpec model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Positive("image size", ImageSize);
        if (ImageSize % model.Stride != 0 || ImageSize > 4096)
            throw new ArgumentException($"image size: expected a multiple of the stride {model.Stride}, at most 4096, got {ImageSize}");
        Positive("batch", Batch);
        Positive("steps", Steps);
        if (!(LearningRate > 0 && double.IsFinite(LearningRate))) throw new ArgumentException($"learning rate: expected above 0, got {LearningRate}");
        NotNegative("warm-up steps", WarmupSteps);
        NotNegative("weight decay", WeightDecay);
        NotNegative("gradient clip", GradientClip);
        NotNegative("codebook weight", CodebookWeight);
        NotNegative("commitment weight", CommitmentWeight);
        if (EmaDecay is not (>= 0 and < 1)) throw new ArgumentException($"EMA decay: expected at least 0 and below 1, got {EmaDecay}");
        if (RestartThreshold is not (>= 0 and < 1)) throw new ArgumentException($"restart threshold: expected at least 0 and below 1, got {RestartThreshold}");
    }

    private static void Positive(string what, int value)
    {
        if (value < 1) throw new ArgumentException($"{what}: expected at least 1, got {value}");
    }

    private static void NotNegative(string what, double value)
    {
        if (!(value >= 0 && double.IsFinite(value))) throw new ArgumentException($"{what}: expected 0 or more, got {value}");
    }
}
