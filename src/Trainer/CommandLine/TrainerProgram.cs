using System.Reflection;
using System.Runtime.InteropServices;
using CommandLine;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Trainer.Commands;
using VqVae.Trainer.Native;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.CommandLine;

/// <summary><c>trainer</c> without its process.</summary>
internal static class TrainerProgram
{
    /// <summary>All commands: a new one is a line here, a help page, and a line in the overview.</summary>
    public static IReadOnlyList<TrainerCommand> Commands { get; } =
    [
        TrainerCommand.Of<FitArguments>(FitHelp.Page, (arguments, _, stop) => FitCommand.Run(arguments, stop)),
        TrainerCommand.Of<ReportArguments>(HelpPages.Report, (arguments, terminal, _) => ReportCommand.Run(arguments, terminal.Output)),
        TrainerCommand.Of<FinishArguments>(HelpPages.Finish, (arguments, _, stop) => FinishCommand.Run(arguments, stop)),
        TrainerCommand.Of<EvalArguments>(HelpPages.Eval, (arguments, _, stop) => EvalCommand.Run(arguments, stop)),
        TrainerCommand.Of<CodesArguments>(HelpPages.Codes, (arguments, _, stop) => CodesCommand.Run(arguments, stop)),
        TrainerCommand.Of<PresetsArguments>(HelpPages.Presets, (arguments, terminal, _) => PresetsCommand.Run(arguments, terminal.Output)),
        TrainerCommand.Of<DoctorArguments>(HelpPages.Doctor, (_, terminal, _) => DoctorCommand.Run(terminal.Output)),
    ];

    /// <summary>Words for errors.</summary>
    internal static ErrorReport Errors { get; } = new("trainer", exception => exception switch
    {
        OperationCanceledException => "stopped; nothing was written",
        ModelFormatException or TrainingDivergedException or FileNotFoundException or PlatformNotSupportedException => exception.Message,
        ExternalException when IsMemoryShort(exception.Message) => $"libtorch: {FirstLine(exception)}; try a smaller --batch or --crop",
        ExternalException => $"libtorch: {FirstLine(exception)}",
        TypeInitializationException or DllNotFoundException or BadImageFormatException or NotSupportedException =>
            $"a native library does not load: {FirstLine(exception.GetBaseException())} ('trainer doctor' says what is missing)",
        _ => null,
    });

    private static readonly Application Program = new()
    {
        Name = "trainer",
        Commands = [.. Commands.Select(command => command.Arguments)],
        Help = Help,
        Argument = "an argument",
        Errors = Errors,
        SavesWhenStopped = true,
    };

    /// <summary>Runs one command line.</summary>
    /// <inheritdoc cref="Application.Run"/>
    public static int Run(string[] arguments, Terminal terminal, CancellationToken cancellationToken) => Program.Run(
        arguments,
        terminal,
        options =>
        {
            // Before any type of TorchSharp is used; what needs none works without.
            if (options is not (PresetsArguments or ReportArguments)) LibTorch.Prepare(arguments);
            using var pause = CollectionPause.Enter();
            return Commands.Single(command => command.Arguments == options.GetType()).Run(options, terminal, cancellationToken);
        },
        cancellationToken);

    /// <summary>The page of a command, or the overview for anything else.</summary>
    public static string Help(string? verb) =>
        Commands.FirstOrDefault(command => command.Arguments.GetCustomAttribute<VerbAttribute>()!.Name == verb)?.Help ?? HelpPages.Overview;

    /// <summary>libtorch's words for a GPU and for the machine.</summary>
    private static bool IsMemoryShort(string message) =>
        message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();
}
