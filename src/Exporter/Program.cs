using System.Runtime.InteropServices;
using VqVae.Exporter.CommandLine;

using var cancellation = new CancellationTokenSource();

// The first Ctrl-C stops before anything is written; a second one ends the process at once.
void Cancel(PosixSignalContext context)
{
    if (cancellation.IsCancellationRequested) return;
    context.Cancel = true;
    cancellation.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

return Application.Run(args, Console.Out, Console.Error, cancellation.Token);
