using CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec demo</c>.</summary>
[Verb("demo")]
internal sealed class DemoOptions : CodecOptions
{
    private const string DefaultFolder = "vqcodec-demo";

    /// <summary>A picture, or none for the sample picture.</summary>
    [Value(0, MetaName = "PICTURE")]
    public string? Picture { get; set; }

    /// <summary>The folder for the results.</summary>
    [Option("out", Default = DefaultFolder)]
    public string Out { get; set; } = DefaultFolder;

    /// <summary>Whether existing files are replaced in any folder but the demo's own.</summary>
    [Option("force")]
    public bool Force { get; set; }

    /// <summary>What transparent pictures are laid on.</summary>
    [Option("background")]
    public string? Background { get; set; }

    /// <summary>The parsed background.</summary>
    public BackgroundColor? BackgroundColor { get; private set; }

    /// <summary>Whether existing results are replaced: the folder that the demo names itself holds nothing but results.</summary>
    public bool Overwrite => Force || Path.TrimEndingDirectorySeparator(Out) == DefaultFolder;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Out.Length == 0) throw new UsageException("--out: the folder's name is empty");
        BackgroundColor = Images.BackgroundColor.ParseOption(Background);
    }
}
