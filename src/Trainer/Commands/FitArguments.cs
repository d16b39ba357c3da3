using System.Globalization;
using System.Reflection;
using CommandLine;

namespace VqVae.Trainer.Commands;

/// <summary>Options of <c>trainer fit</c>, in the order of its help page. A setting that is not given is the preset's.</summary>
[Verb("fit")]
internal sealed class FitArguments
{
    [Option("preset")]
    public string? Preset { get; set; }

    [Option("config")]
    public string? Config { get; set; }

    [Option("set")]
    public IEnumerable<string> Set { get; set; } = [];

    [Option("seed")]
    public long? Seed { get; set; }

    [Option("data")]
    public string? Data { get; set; }

    [Option("out", Required = true)]
    public string Out { get; set; } = "";

    [Option("resume")]
    public bool Resume { get; set; }

    [Option("batch"), Setting("training.batch")]
    public int? Batch { get; set; }

    [Option("crop"), Setting("training.image_size", SampleMode = "crop")]
    public int? Crop { get; set; }

    [Option("resize"), Setting("training.image_size", SampleMode = "resize")]
    public int? Resize { get; set; }

    [Option("smallest-scale"), Setting("training.smallest_scale")]
    public double? SmallestScale { get; set; }

    [Option("crops-per-image"), Setting("training.crops_per_image")]
    public int? CropsPerImage { get; set; }

    [Option("flip"), Setting("training.flip")]
    public bool? Flip { get; set; }

    [Option("steps"), Setting("training.steps", Resumable = true)]
    public int? Steps { get; set; }

    [Option("epochs")]
    public double? Epochs { get; set; }

    [Option("minutes")]
    public double? Minutes { get; set; }

    [Option("input-channels"), Setting("model.input_channels")]
    public int? InputChannels { get; set; }

    [Option("stride"), Setting("model.stride")]
    public int? Stride { get; set; }

    [Option("hidden"), Setting("model.hidden")]
    public int? Hidden { get; set; }

    [Option("residual-blocks"), Setting("model.encoder_blocks", "model.decoder_blocks")]
    public int? ResidualBlocks { get; set; }

    [Option("embedding-dim"), Setting("model.embedding_dim")]
    public int? EmbeddingDim { get; set; }

    [Option("codes"), Setting("model.codes")]
    public int? Codes { get; set; }

    [Option("stages"), Setting("model.stages")]
    public int? Stages { get; set; }

    [Option("groups"), Setting("model.groups")]
    public string? Groups { get; set; }

    [Option("rate-lambdas"), Setting("model.rate_lambdas")]
    public string? RateLambdas { get; set; }

    [Option("kmeans-start"), Setting("training.k_means_start")]
    public bool? KMeansStart { get; set; }

    [Option("zero-code"), Setting("training.zero_code")]
    public bool? ZeroCode { get; set; }

    [Option("mse-weight"), Setting("training.mse_weight", Resumable = true)]
    public double? MseWeight { get; set; }

    [Option("l1-weight"), Setting("training.l1_weight", Resumable = true)]
    public double? L1Weight { get; set; }

    [Option("ms-ssim-weight"), Setting("training.ms_ssim_weight", Resumable = true)]
    public double? MsSsimWeight { get; set; }

    [Option("codebook-weight"), Setting("training.codebook_weight", Resumable = true)]
    public double? CodebookWeight { get; set; }

    [Option("commitment-weight"), Setting("training.commitment_weight", Resumable = true)]
    public double? CommitmentWeight { get; set; }

    [Option("rate-weight"), Setting("training.rate_weight", Resumable = true)]
    public double? RateWeight { get; set; }

    [Option("balance-rates"), Setting("training.balance_rates", Resumable = true)]
    public bool? BalanceRates { get; set; }

    [Option("lr"), Setting("training.learning_rate", Resumable = true)]
    public double? LearningRate { get; set; }

    [Option("schedule"), Setting("training.schedule")]
    public string? Schedule { get; set; }

    [Option("warmup"), Setting("training.warmup_steps")]
    public int? Warmup { get; set; }

    [Option("weight-decay"), Setting("training.weight_decay", Resumable = true)]
    public double? WeightDecay { get; set; }

    [Option("clip"), Setting("training.gradient_clip", Resumable = true)]
    public double? Clip { get; set; }

    [Option("weight-ema"), Setting("training.weight_ema")]
    public double? WeightEma { get; set; }

    [Option("encoder-start"), Setting("training.encoder_start", Resumable = true)]
    public double? EncoderStart { get; set; }

    [Option("encoder-rate"), Setting("training.encoder_rate", Resumable = true)]
    public double? EncoderRate { get; set; }

    [Option("freeze-encoder"), Setting("training.freeze_encoder", Resumable = true)]
    public double? FreezeEncoder { get; set; }

    [Option("precision"), Setting("training.precision")]
    public string? Precision { get; set; }

    [Option("loader-threads")]
    public int? LoaderThreads { get; set; }

    [Option("cache-mb")]
    public int? CacheMegabytes { get; set; }

    [Option("cache-dir")]
    public string? CacheFolder { get; set; }

    [Option("cache-dir-mb")]
    public int? CacheFolderMegabytes { get; set; }

    [Option("report-every", Default = 20)]
    public int ReportEvery { get; set; } = 20;

    [Option("validate-every", Default = 200)]
    public int ValidateEvery { get; set; } = 200;

    [Option("samples-every", Default = 500)]
    public int SamplesEvery { get; set; } = 500;

    [Option("save-every", Default = 500)]
    public int SaveEvery { get; set; } = 500;

    [Option("save-minutes", Default = 5.0)]
    public double SaveMinutes { get; set; } = 5;

    [Option("keep-every")]
    public int KeepEvery { get; set; }

    [Option("no-tensorboard")]
    public bool NoTensorBoard { get; set; }

    [Option("no-report")]
    public bool NoReport { get; set; }

    [Option("device", Default = "auto")]
    public string Device { get; set; } = "auto";

    [Option("threads")]
    public int? Threads { get; set; }

    /// <summary>Taken from the command line before it is parsed, because libtorch must be chosen before anything else; here for the help.</summary>
    [Option("libtorch")]
    public string? LibTorch { get; set; }

    /// <summary>Positional arguments, which is an error.</summary>
    [Value(9)]
    public IEnumerable<string> Rest { get; set; } = [];

    /// <summary>The settings among the options that were given: the option as it is typed, what it sets, and its value as text.</summary>
    public IEnumerable<(string Option, SettingAttribute Setting, string Value)> GivenSettings()
    {
        foreach (var property in typeof(FitArguments).GetProperties())
        {
            if (property.GetCustomAttribute<SettingAttribute>() is { } setting && property.GetValue(this) is { } value)
                yield return ("--" + property.GetCustomAttribute<OptionAttribute>()!.LongName, setting, Convert.ToString(value, CultureInfo.InvariantCulture)!);
        }
    }
}
