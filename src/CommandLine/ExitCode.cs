namespace VqVae.CommandLine;

/// <summary>What a process returns.</summary>
/// <remarks>The files of this folder are compiled into each program, so that all of them behave alike on a terminal and in a script.</remarks>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The operation failed: a bad input, a missing device, a full disk.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was written.</summary>
    public const int Usage = 2;

    /// <summary>Of several files some failed and are listed; the others are done.</summary>
    public const int SomeFailed = 3;

    /// <summary>Cancelled by Ctrl-C or SIGTERM; nothing is left half written.</summary>
    public const int Cancelled = 130;
}
