using System.Globalization;
using CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec compress</c>.</summary>
[Verb("compress")]
internal sealed class CompressOptions : CodecOptions
{
    /// <summary>The picture, or <c>-</c>.</summary>
    [Value(0, MetaName = "IN", Required = true)]
    public string Input { get; set; } = "";

    /// <summary>The <c>.vq</c> file, or <c>-</c>.</summary>
    [Value(1, MetaName = "OUT.vq", Required = true)]
    public string Output { get; set; } = "";

    /// <summary>Leading stages that are kept.</summary>
    [Option("stages")]
    public int? Stages { get; set; }

    /// <summary>Weight of the rate in the search.</summary>
    [Option("lambda")]
    public double Lambda { get; set; }

    /// <summary>What transparent pictures are laid on.</summary>
    [Option("background")]
    public string? Background { get; set; }

    /// <summary>Whether the result is decoded and compared.</summary>
    [Option("verify")]
    public bool Verify { get; set; }

    /// <summary>Whether an existing file is replaced.</summary>
    [Option("force")]
    public bool Force { get; set; }

    /// <summary>Whether only errors are printed.</summary>
    [Option("quiet")]
    public bool Quiet { get; set; }

    /// <summary>The parsed background.</summary>
    public BackgroundColor? BackgroundColor { get; private set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        CheckStages(Stages);
        if (!(Lambda >= 0 && Lambda <= float.MaxValue))
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--lambda: expected a number of 0 or more, got {Lambda}"));
        BackgroundColor = ParseBackground(Background);
    }

    /// <summary>Parses a background, or gives <c>null</c> for none.</summary>
    /// <exception cref="UsageException">The text is no colour.</exception>
    internal static BackgroundColor? ParseBackground(string? text)
    {
        if (text is null) return null;
        return Images.BackgroundColor.TryParse(text, out var color)
            ? color
            : throw new UsageException($"--background: expected a colour name such as white, or #RRGGBB, got '{text}'");
    }
}
