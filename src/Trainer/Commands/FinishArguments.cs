using CommandLine;

namespace VqVae.Trainer.Commands;

/// <summary>Options of <c>trainer finish</c>.</summary>
[Verb("finish", HelpText = "Write what the exporter reads beside weights that a run kept: its best, those of a step, or what a crashed run saved.")]
internal sealed class FinishArguments
{
    [Value(0, Required = true, MetaName = "RUN", HelpText = "A run folder, or one inside it, such as runs/photos/best or runs/photos/steps/0001000.")]
    public string Run { get; set; } = "";

    [Option("libtorch", MetaValue = "DIR", HelpText = "Use the libtorch of an installed PyTorch.")]
    public string? LibTorch { get; set; }

    [Option("data", MetaValue = "DIR", HelpText = "Folder of the images that the run trains on (default: the run's).")]
    public string? Data { get; set; }
}
