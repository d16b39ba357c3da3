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
        with.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;
    });
    var parsed = parser.ParseArguments<FitArguments, DoctorArguments>(args);
    return parsed.MapResult(
        (FitArguments arguments) => FitCommand.Run(arguments, stop.Token),
        (DoctorArguments _) => DoctorCommand.Run(Console.Out),
        errors => Help.Show(parsed, errors));
}
catch (UsageException e)
{
    return Fail(e.Message, ExitCodes.Usage);
}
catch (OperationCanceledException)
{
    return Fail("stopped before training began; nothing to save", ExitCodes.Cancelled);
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or ModelFormatException or PlatformNotSupportedException or TrainingDivergedException)
{
    return Fail(e.Message, ExitCodes.Failure);
}
catch (ExternalException e)
{
    var advice = e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) ? "; try a smaller --batch or --crop" : "";
    return Fail($"libtorch: {FirstLine(e)}{advice}", ExitCodes.Failure);
}
catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException or NotSupportedException)
{
    return Fail($"a native library does not load: {FirstLine(e.GetBaseException())} ('trainer doctor' says what is missing)", ExitCodes.Failure);
}

static int Fail(string message, int exitCode)
{
    Console.Error.WriteLine($"trainer: {message}");
    return exitCode;
}

static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();
