using System.Runtime.InteropServices;
using VqVae.Codec.Cli.CommandLine;

using var cancellation = new CancellationTokenSource();

// The first Ctrl-C stops the work and cleans up; a second one ends the process at once.
void Cancel(PosixSignalContext context)
{
    if (cancellation.IsCancellationRequested) return;
    context.Cancel = true;
    cancellation.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

return Application.Run(args, Terminal.OfProcess(), cancellation.Token);
