using CommandLine;
using CommandLine.Text;

namespace VqVae.Trainer.Commands;

/// <summary>Options of <c>trainer eval</c>.</summary>
[Verb("eval", HelpText = "Measure a trained model on images: PSNR, SSIM, MS-SSIM, bits a pixel.")]
internal sealed class EvalArguments
{
    [Option("data", Required = true, MetaValue = "DIR|LIST", HelpText = "Images to measure: a folder, searched recursively, CelebA's own layout, one image, or a text file with a path on each line, relative to its own folder.")]
    public string Data { get; set; } = "";

    [Option("run", Required = true, MetaValue = "RUN", HelpText = "Run folder with the trained model.")]
    public string Run { get; set; } = "";

    [Option("part", MetaValue = "PART", HelpText = "Which images of a folder: all, train or validation (as fit divides it), or CelebA's test (default: all; of CelebA test).")]
    public string? Part { get; set; }

    [Option("rate-point", MetaValue = "R", HelpText = "Rate point of the model, from 0 (default: 0).")]
    public int? RatePoint { get; set; }

    [Option("stages", MetaValue = "N", HelpText = "Leading stages that are decoded and counted (default: all).")]
    public int? Stages { get; set; }

    [Option("lambda", MetaValue = "L", HelpText = "Weight of the rate in the encoder's search, in squared 8-bit units a bit (default: the rate point's; 0 is the nearest code).")]
    public double? Lambda { get; set; }

    [Option("libtorch", MetaValue = "DIR", HelpText = "Use the libtorch of an installed PyTorch.")]
    public string? LibTorch { get; set; }

    [Option("device", Default = "auto", MetaValue = "D", HelpText = "auto, cpu, cuda or cuda:N.")]
    public string Device { get; set; } = "auto";

    [Option("json", MetaValue = "FILE", HelpText = "Write all figures as JSON, - for standard output in place of the table.")]
    public string? Json { get; set; }

    [Option("csv", MetaValue = "FILE", HelpText = "Write a row an image as CSV, - for standard output in place of the table.")]
    public string? Csv { get; set; }

    [Usage(ApplicationAlias = "trainer")]
    public static IEnumerable<Example> Examples =>
    [
        new Example("Images that the model has never seen", new UnParserSettings { SkipDefault = true }, new EvalArguments { Data = "photos", Run = "runs/photos", Part = "validation" }),
        new Example("Two of the stages, figures for a script", new UnParserSettings { SkipDefault = true }, new EvalArguments { Data = "kodak", Run = "runs/photos", Stages = 2, Json = "-" }),
    ];
}
