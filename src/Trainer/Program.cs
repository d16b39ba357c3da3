using System.Runtime.InteropServices;
using CommandLine;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Trainer.Commands;
using VqVae.Trainer.Training;

var errors = new ErrorReport("trainer", exception => exception switch
{
    OperationCanceledException => "stopped before training began; nothing to save",
    ModelFormatException or TrainingDivergedException or FileNotFoundException or PlatformNotSupportedException => exception.Message,
    ExternalException when exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) => $"libtorch: {FirstLine(exception)}; try a smaller --batch or --crop",
    ExternalException => $"libtorch: {FirstLine(exception)}",
    TypeInitializationException or DllNotFoundException or BadImageFormatException or NotSupportedException =>
        $"a native library does not load: {FirstLine(exception.GetBaseException())} ('trainer doctor' says what is missing)",
    _ => null,
});

// The first Ctrl-C ends the step and saves; a second one ends the process as usual.
using var signals = new StopSignals();

try
{
    using var parser = new Parser(with =>
    {
        with.HelpWriter = null;
        with.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;
    });
    var parsed = parser.ParseArguments<FitArguments, FinishArguments, DoctorArguments>(args);
    return parsed.MapResult(
        (FitArguments arguments) => FitCommand.Run(arguments, signals.Token),
        (FinishArguments arguments) => FinishCommand.Run(arguments, signals.Token),
        (DoctorArguments _) => DoctorCommand.Run(Console.Out),
        unparsed => Help.Show(parsed, unparsed));
}
#pragma warning disable CA1031 // The process's last resort: whatever happens becomes one line and an exit code.
catch (Exception e)
#pragma warning restore CA1031
{
    return errors.Write(e, Console.Error);
}

static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();
