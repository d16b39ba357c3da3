using System.Runtime.InteropServices;
using CommandLine;
using VqVae.Models;
using VqVae.Trainer;
using VqVae.Trainer.Commands;
using VqVae.Trainer.Training;

using var stop = new CancellationTokenSource();

// The first Ctrl-C ends the step and saves; a second one ends the process as usual.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    using var parser = new Parser(with =>
    {
        with.HelpWriter = null;
        with.CaseInsensitiveEnumValues = true;
        with.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;
    });
    var parsed = parser.ParseArguments<FitArguments, DoctorArguments>(args);
    return parsed.MapResult(
        (FitArguments arguments) => FitCommand.Run(arguments, stop.Token),
        (DoctorArguments _) => DoctorCommand.Run(Console.Out),
        errors => Help.Show(parsed, errors));
}
catch (ArgumentException e)
{
    Console.Error.WriteLine($"trainer: {e.Message}");
    return ExitCodes.Usage;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("trainer: stopped before training began; nothing to save");
    return ExitCodes.Cancelled;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or ModelFormatException or PlatformNotSupportedException or TrainingDivergedException)
{
    Console.Error.WriteLine($"trainer: {e.Message}");
    return ExitCodes.Failure;
}
