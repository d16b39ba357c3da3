namespace VqVae.TestSupport;

/// <summary>What a finished process said.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output as bytes.</param>
/// <param name="Error">Standard error as text.</param>
public sealed record ToolResult(int ExitCode, byte[] Output, string Error)
{
    /// <summary>Standard output as UTF-8 text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Output);

    /// <summary>Everything that matters when a test fails.</summary>
    public override string ToString() => $"exit code {ExitCode}\n--- standard output ({Output.Length} bytes)\n{Text}\n--- standard error\n{Error}";
}
