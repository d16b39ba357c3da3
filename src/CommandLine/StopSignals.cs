using System.Runtime.InteropServices;

namespace VqVae.CommandLine;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP (the terminal or the connection is gone): the first one asks the work to stop and clean up. A second Ctrl-C or
/// SIGTERM ends the process at once; a hang-up never does, since the shell and the system each send their own.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt, _terminate, _hangUp;
    private int _asked;

    /// <summary>Starts to listen.</summary>
    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _hangUp.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (context.Signal != PosixSignal.SIGHUP && Interlocked.Increment(ref _asked) > 1) return;
        context.Cancel = true;
        _source.Cancel();
    }
}
