using CommandLine;
using CommandLine.Text;

namespace VqVae.Trainer.Commands;

/// <summary>Options of <c>trainer codes</c>.</summary>
[Verb("codes", HelpText = "Write the code indices of a folder of images as one array, to train a generative model on.")]
internal sealed class CodesArguments
{
    [Option("data", Required = true, MetaValue = "DIR|LIST", HelpText = "Images to encode: a folder, searched recursively, CelebA's own layout, one image, or a text file with a path on each line, relative to its own folder.")]
    public string Data { get; set; } = "";

    [Option("run", Required = true, MetaValue = "RUN", HelpText = "Run folder with the trained model.")]
    public string Run { get; set; } = "";

    [Option("out", Required = true, MetaValue = "FILE", HelpText = "File to write, NAME.safetensors or NAME.npy; with .npy also NAME.json, and with several planes NAME.PLANE.npy for each.")]
    public string Out { get; set; } = "";

    [Option("force", HelpText = "Replace files that exist.")]
    public bool Force { get; set; }

    [Option("part", MetaValue = "PART", HelpText = "Which images of a folder: all, train or validation (as fit divides it), or CelebA's test (default: all; of CelebA train).")]
    public string? Part { get; set; }

    [Option("rate-point", MetaValue = "R", HelpText = "Rate point of the model, from 0 (default: 0).")]
    public int? RatePoint { get; set; }

    [Option("lambda", MetaValue = "L", HelpText = "Weight of the rate in the encoder's search, in squared 8-bit units a bit (default: the rate point's; 0 is the nearest code).")]
    public double? Lambda { get; set; }

    [Option("crop", MetaValue = "S", HelpText = "Encode the centre of each image, SxS pixels; smaller images are extended by their edge pixels (default: as the run was trained).")]
    public int? Crop { get; set; }

    [Option("resize", MetaValue = "S", HelpText = "Encode whole images resized to SxS pixels; the aspect ratio is not kept (default: as the run was trained).")]
    public int? Resize { get; set; }

    [Option("libtorch", MetaValue = "DIR", HelpText = "Use the libtorch of an installed PyTorch.")]
    public string? LibTorch { get; set; }

    [Option("device", Default = "auto", MetaValue = "D", HelpText = "auto, cpu, cuda or cuda:N.")]
    public string Device { get; set; } = "auto";

    [Option("loader-threads", MetaValue = "N", HelpText = "Threads that load images (default: half of the processors, at most 8).")]
    public int? LoaderThreads { get; set; }

    [Usage(ApplicationAlias = "trainer")]
    public static IEnumerable<Example> Examples =>
    [
        new Example("For a model in PyTorch", new UnParserSettings { SkipDefault = true }, new CodesArguments { Data = "celeba", Run = "runs/celeba", Out = "codes.safetensors" }),
    ];
}
