using CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec info</c>.</summary>
[Verb("info")]
internal sealed class InfoOptions
{
    /// <summary>The <c>.vq</c> file, or <c>-</c>.</summary>
    [Value(0, MetaName = "FILE.vq", Required = true)]
    public string Input { get; set; } = "";

    /// <summary>Whether JSON is printed.</summary>
    [Option("json")]
    public bool Json { get; set; }

    /// <summary>Positional arguments that are left over, which is an error.</summary>
    [Value(9)]
    public IEnumerable<string> Rest { get; set; } = [];
}
