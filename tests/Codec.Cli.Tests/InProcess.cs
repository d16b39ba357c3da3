using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Runs a command line inside the test's process, for what needs no process of its own.</summary>
internal sealed class InProcess(bool inputIsTerminal = false, bool outputIsTerminal = false) : IDisposable
{
    private readonly StringWriter _output = new(), _error = new();
    private readonly MemoryStream _bytes = new();

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public Terminal Terminal(byte[]? input = null) => new()
    {
        OpenInput = () => new MemoryStream(input ?? []),
        OpenOutput = () => _bytes,
        Output = _output,
        Error = _error,
        InputIsTerminal = inputIsTerminal,
        OutputIsTerminal = outputIsTerminal,
    };

    public int Run(string[] arguments, byte[]? input = null, CancellationToken cancellationToken = default) =>
        CodecProgram.Run(arguments, Terminal(input), cancellationToken);

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
        _bytes.Dispose();
    }
}
