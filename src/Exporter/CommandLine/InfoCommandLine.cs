using CommandLine;

namespace VqVae.Exporter.CommandLine;

/// <summary>The command line of <c>exporter info</c>.</summary>
[Verb("info")]
internal sealed class InfoCommandLine
{
    /// <summary>The model folder.</summary>
    [Value(0, MetaName = "MODEL", Required = true)]
    public string Model { get; set; } = "";

    /// <summary>Positional arguments that are left over, which is an error.</summary>
    [Value(9)]
    public IEnumerable<string> Rest { get; set; } = [];
}
