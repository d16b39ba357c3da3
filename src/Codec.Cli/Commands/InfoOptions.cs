using CommandLine;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec info</c>.</summary>
[Verb("info")]
internal sealed class InfoOptions
{
    /// <summary><c>.vq</c> files and folders, or <c>-</c>.</summary>
    [Value(0, MetaName = "FILE.vq", Required = true, Min = 1)]
    public IEnumerable<string> Inputs { get; set; } = [];

    /// <summary>Whether JSON is printed.</summary>
    [Option("json")]
    public bool Json { get; set; }

    /// <summary>Whether folders inside the folders are looked into.</summary>
    [Option("recursive")]
    public bool Recursive { get; set; }

    /// <summary>The one file that is described, or <c>null</c> where there are several or a folder.</summary>
    public string? Single => Inputs.ToArray() is [var one] && (one == InputFile.Standard || !Directory.Exists(one)) ? one : null;

    /// <summary>Checks what can be checked before anything is read.</summary>
    /// <exception cref="UsageException">Standard input is one of several.</exception>
    public void Validate()
    {
        if (Single is null && Inputs.Contains(InputFile.Standard)) throw new UsageException("standard input is read alone, not among other files");
    }
}
