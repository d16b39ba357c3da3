namespace VqVae.Codec.Cli.CommandLine;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The operation failed: a bad input, a missing model or device, a full disk.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was written.</summary>
    public const int Usage = 2;

    /// <summary>Cancelled by Ctrl-C or SIGTERM; no output was left half written.</summary>
    public const int Cancelled = 130;
}
