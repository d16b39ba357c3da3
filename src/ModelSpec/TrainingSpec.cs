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

/// <summary>What the networks compute in; weights, optimizer and quantizer are float32 either way.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingPrecision>))]
public enum TrainingPrecision
{
    /// <summary>float32 throughout.</summary>
    [JsonStringEnumMemberName("float32")]
    Float32,

    /// <summary>Layers cast weights and inputs to bfloat16 (mixed precision, Micikevicius et al. 2018, without loss scaling, which bfloat16's range makes needless).</summary>
    [JsonStringEnumMemberName("bfloat16")]
    BFloat16,
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

    /// <summary>Whether codebooks start by k-means on latents of the training images; with <see cref="CodebookLearning.Gradient"/> they otherwise start at random.</summary>
    [JsonRequired]
    public bool KMeansStart { get; init; }

    /// <summary>
    /// Whether code 0 of every stage but a residual quantizer's first level stays the zero vector, so that a flat region costs a fraction of a bit.
    /// </summary>
    [JsonRequired]
    public bool ZeroCode { get; init; }

    /// <summary>Weight of the mean squared error of pixels in [−1, 1].</summary>
    [JsonRequired]
    public double MseWeight { get; init; } = 1;

    /// <summary>Weight of the mean absolute error of pixels in [−1, 1].</summary>
    [JsonRequired]
    public double L1Weight { get; init; }

    /// <summary>Weight of 1 − MS-SSIM (Wang, Simoncelli and Bovik 2003) of the pixels.</summary>
    [JsonRequired]
    public double MsSsimWeight { get; init; }

    /// <summary>Decay of the moving average of the weights that is validated and exported; 0 for none, that is the weights themselves.</summary>
    [JsonRequired]
    public double WeightEma { get; init; }

    /// <summary>Share of the run at its end in which the encoder is frozen and only decoder and codebooks learn, from 0 (never) to 1.</summary>
    [JsonRequired]
    public double FreezeEncoder { get; init; }

    /// <summary>
    /// Share of the run at its beginning in which the encoder is frozen, so that one that starts as the KLT stays that until the decoder knows its codes; from 0
    /// (never) to 1.
    /// </summary>
    [JsonRequired]
    public double EncoderStart { get; init; }

    /// <summary>The encoder's learning rate as a share of the run's, above 0 and at most 1: an encoder that starts as the KLT has more to lose.</summary>
    [JsonRequired]
    public double EncoderRate { get; init; } = 1;

    /// <summary>
    /// Weight of the rate in the loss: with 1 the encoder minimises squared error + λ·bits, both by the gradient of soft assignments; 0: squared error alone, the
    /// gradient passing straight through the quantizer. Above 0 the model needs rate points with λ above 0.
    /// </summary>
    [JsonRequired]
    public double RateWeight { get; init; }

    /// <summary>
    /// Whether a rate point's loss is weighted by 1/√λ, of which squared errors are about a multiple, so that a decibel counts alike at every rate point; otherwise
    /// the coarse ones count most.
    /// </summary>
    [JsonRequired]
    public bool BalanceRates { get; init; }

    /// <summary>What the networks compute in.</summary>
    [JsonRequired]
    public TrainingPrecision Precision { get; init; }

    /// <summary>
    /// Samples that are cut from an image once it is decoded: more are faster to load and less varied in a batch.
    /// </summary>
    [JsonRequired]
    public int CropsPerImage { get; init; } = 1;

    /// <summary>
    /// With <see cref="SampleMode.Crop"/> images are scaled down by a random factor between this and 1 before they are cropped, but not below the
    /// size of a sample; 1 for never.
    /// </summary>
    [JsonRequired]
    public double SmallestScale { get; init; } = 1;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it and the range.</exception>
    public void Validate(ModelSpec model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Positive("image size", ImageSize);
        if (ImageSize % model.LargestStride != 0 || ImageSize > 4096)
            throw new ArgumentException($"image size: expected a multiple of the stride {model.LargestStride}, at most 4096, got {ImageSize}");
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
        NotNegative("MSE weight", MseWeight);
        NotNegative("L1 weight", L1Weight);
        NotNegative("MS-SSIM weight", MsSsimWeight);
        if (MseWeight + L1Weight + MsSsimWeight == 0) throw new ArgumentException("MSE, L1 and MS-SSIM weight: at least one must be above 0");
        if (WeightEma is not (>= 0 and < 1)) throw new ArgumentException($"weight EMA: expected at least 0 and below 1, got {WeightEma}");
        if (FreezeEncoder is not (>= 0 and <= 1)) throw new ArgumentException($"freeze encoder: expected a share of the run from 0 to 1, got {FreezeEncoder}");
        if (EncoderStart is not (>= 0 and <= 1)) throw new ArgumentException($"encoder start: expected a share of the run from 0 to 1, got {EncoderStart}");
        if (EncoderRate is not (> 0 and <= 1)) throw new ArgumentException($"encoder rate: expected above 0 and at most 1, got {EncoderRate}");
        NotNegative("rate weight", RateWeight);
        var positiveLambdas = model.RateLambdas is { Count: > 0 } lambdas && lambdas.All(lambda => lambda > 0);
        if (RateWeight > 0 && !positiveLambdas) throw new ArgumentException("rate weight: needs a model with rate lambdas, all above 0");
        if (BalanceRates && !positiveLambdas) throw new ArgumentException("balance rates: needs a model with rate lambdas, all above 0");
        if (!Enum.IsDefined(Precision)) throw new ArgumentException($"precision: expected float32 or bfloat16, got {Precision}");
        Positive("crops per image", CropsPerImage);
        if (CropsPerImage > 256) throw new ArgumentException($"crops per image: expected at most 256, got {CropsPerImage}");
        if (SmallestScale is not (> 0 and <= 1)) throw new ArgumentException($"smallest scale: expected above 0 and at most 1, got {SmallestScale}");
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
