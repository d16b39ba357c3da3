using CommandLine;
using CommandLine.Text;

namespace VqVae.Trainer.Commands;

/// <summary>Options of <c>trainer fit</c>. A value that is not given is the preset's.</summary>
[Verb("fit", HelpText = "Train a model on a folder of images.")]
internal sealed class FitArguments
{
    [Option("data", MetaValue = "DIR", HelpText = "Folder of images (PNG, JPEG, WebP, TIFF), searched recursively, or CelebA's own layout (img_align_celeba/, list_eval_partition.txt). With --resume, default: the run's.")]
    public string? Data { get; set; }

    [Option("out", Required = true, MetaValue = "DIR", HelpText = "Run folder to write, such as runs/photos.")]
    public string Out { get; set; } = "";

    [Option("preset", MetaValue = "NAME", HelpText = "What to start from: small (a light photo codec, trains on a CPU; the default) or celeba (the plain VQ-VAE, wants a GPU).")]
    public string? Preset { get; set; }

    [Option("steps", MetaValue = "N", SetName = "steps", HelpText = "Length of the run in optimisation steps (small 2000, celeba 10000).")]
    public int? Steps { get; set; }

    [Option("epochs", MetaValue = "N", SetName = "epochs", HelpText = "Length of the run in passes over the training images.")]
    public double? Epochs { get; set; }

    [Option("minutes", MetaValue = "M", SetName = "minutes", HelpText = "Length of the run in minutes of training.")]
    public double? Minutes { get; set; }

    [Option("resume", HelpText = "Go on from the run folder's saved state. Steps and what they draw are those of an uninterrupted run.")]
    public bool Resume { get; set; }

    [Option("batch", MetaValue = "B", HelpText = "Samples in a step (small 8, celeba 32).")]
    public int? Batch { get; set; }

    [Option("crop", MetaValue = "S", HelpText = "Train on random crops of SxS pixels (small 128).")]
    public int? Crop { get; set; }

    [Option("resize", MetaValue = "S", HelpText = "Train on whole images resized to SxS pixels; the aspect ratio is not kept (celeba 128).")]
    public int? Resize { get; set; }

    [Option("flip", MetaValue = "true|false", HelpText = "Mirror half of the samples (small true, celeba false).")]
    public bool? Flip { get; set; }

    [Option("lr", MetaValue = "RATE", HelpText = "Peak learning rate of AdamW (small 1e-3 with cosine decay, celeba 2.25e-4 constant).")]
    public double? LearningRate { get; set; }

    [Option("warmup", MetaValue = "N", HelpText = "Steps over which the learning rate rises (small 50, celeba 0).")]
    public int? Warmup { get; set; }

    [Option("clip", MetaValue = "NORM", HelpText = "Largest gradient norm, 0 for no clipping (small 0.5, celeba 0).")]
    public double? Clip { get; set; }

    [Option("weight-decay", MetaValue = "W", HelpText = "Decoupled weight decay (0).")]
    public double? WeightDecay { get; set; }

    [Option("codebook-weight", MetaValue = "W", HelpText = "Weight of mean|sg[z] - e|^2, which moves the codebook (celeba 0.25; small moves it by averages instead).")]
    public double? CodebookWeight { get; set; }

    [Option("commitment-weight", MetaValue = "W", HelpText = "Weight of mean|z - sg[e]|^2, which moves the encoder (celeba 1, small 0.25).")]
    public double? CommitmentWeight { get; set; }

    [Option("input-channels", MetaValue = "1|3", HelpText = "Colour channels that the networks see: 3 (RGB) or 1 (luma).")]
    public int? InputChannels { get; set; }

    [Option("hidden", MetaValue = "N", HelpText = "Channels of the hidden layers (small 128, celeba 256).")]
    public int? Hidden { get; set; }

    [Option("embedding-dim", MetaValue = "N", HelpText = "Dimension of the codes (small 64, celeba 128).")]
    public int? EmbeddingDim { get; set; }

    [Option("residual-blocks", MetaValue = "N", HelpText = "Residual blocks of encoder and decoder (small 2 and 3, celeba 4 and 4).")]
    public int? ResidualBlocks { get; set; }

    [Option("codes", MetaValue = "K", HelpText = "Codebook size of a stage (512).")]
    public int? Codes { get; set; }

    [Option("stages", MetaValue = "L", HelpText = "Residual quantization levels (small 4, celeba 1).")]
    public int? Stages { get; set; }

    [Option("stride", MetaValue = "S", HelpText = "Pixels a side of one latent position, a power of two (small 8, celeba 4).")]
    public int? Stride { get; set; }

    [Option("seed", MetaValue = "S", HelpText = "Seed of weights, samples and restarts (default 1).")]
    public long? Seed { get; set; }

    [Option("device", Default = "auto", MetaValue = "D", HelpText = "auto, cpu, cuda or cuda:N.")]
    public string Device { get; set; } = "auto";

    [Option("threads", MetaValue = "N", HelpText = "CPU threads to compute with (default: one a core; on --resume, the run's). Other thread counts round differently.")]
    public int? Threads { get; set; }

    [Option("loader-threads", MetaValue = "N", HelpText = "Threads that load images (default: half of the processors, at most 8).")]
    public int? LoaderThreads { get; set; }

    [Option("cache-mb", MetaValue = "MB", HelpText = "Memory for decoded images; what does not fit is decoded each time (default: a quarter of the memory, at most 4096).")]
    public int? CacheMegabytes { get; set; }

    [Option("report-every", Default = 20, MetaValue = "N", HelpText = "Steps between rows of metrics.csv.")]
    public int ReportEvery { get; set; } = 20;

    [Option("validate-every", Default = 200, MetaValue = "N", HelpText = "Steps between measurements on the images held back.")]
    public int ValidateEvery { get; set; } = 200;

    [Option("samples-every", Default = 500, MetaValue = "N", HelpText = "Steps between pictures in samples/.")]
    public int SamplesEvery { get; set; } = 500;

    [Option("save-every", Default = 500, MetaValue = "N", HelpText = "Steps between saved states to resume from.")]
    public int SaveEvery { get; set; } = 500;

    [Option("save-minutes", Default = 5.0, MetaValue = "M", HelpText = "Minutes after which a state is saved whatever --save-every says.")]
    public double SaveMinutes { get; set; } = 5;

    [Option("keep-every", Default = 0, MetaValue = "N", HelpText = "Steps between weights that are kept in steps/, 0 for none; the best ones are in best/.")]
    public int KeepEvery { get; set; }

    [Usage(ApplicationAlias = "trainer")]
    public static IEnumerable<Example> Examples =>
    [
        Example("A codec for your photos, on a CPU, in half an hour", new FitArguments { Data = "photos", Out = "runs/photos", Minutes = 30 }),
        Example("Go on after Ctrl-C or a power cut", new FitArguments { Out = "runs/photos", Resume = true }),
        Example("The plain VQ-VAE on CelebA", new FitArguments { Data = "celeba", Out = "runs/celeba", Preset = "celeba", Device = "cuda" }),
    ];

    private static Example Example(string what, FitArguments arguments) => new(what, new UnParserSettings { SkipDefault = true }, arguments);
}
