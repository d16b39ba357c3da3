using CommandLine;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec decompress</c>.</summary>
[Verb("decompress")]
internal sealed class DecompressOptions : CodecOptions
{
    /// <summary>The <c>.vq</c> file, or <c>-</c>.</summary>
    [Value(0, MetaName = "IN.vq", Required = true)]
    public string Input { get; set; } = "";

    /// <summary>The picture, or <c>-</c>.</summary>
    [Value(1, MetaName = "OUT", Required = true)]
    public string Output { get; set; } = "";

    /// <summary>Leading stages that are decoded.</summary>
    [Option("stages")]
    public int? Stages { get; set; }

    /// <summary>png, jpg or webp, where the name does not say it.</summary>
    [Option("format")]
    public string? Format { get; set; }

    /// <summary>Quality of JPEG and WebP.</summary>
    [Option("out-quality")]
    public int? OutQuality { get; set; }

    /// <summary>Compression level of PNG.</summary>
    [Option("png-level")]
    public int? PngLevel { get; set; }

    /// <summary>Whether an existing file is replaced.</summary>
    [Option("force")]
    public bool Force { get; set; }

    /// <summary>Whether only errors are printed.</summary>
    [Option("quiet")]
    public bool Quiet { get; set; }

    /// <summary>The output's format.</summary>
    public ImageKind Kind { get; private set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        CheckStages(Stages);
        Kind = ChooseKind();
        if (OutQuality is < 1 or > 100) throw new UsageException($"--out-quality: expected 1 to 100, got {OutQuality}");
        if (OutQuality is not null && Kind == ImageKind.Png) throw new UsageException("--out-quality is for JPEG and WebP; PNG is lossless and has --png-level");
        if (PngLevel is < 0 or > 9) throw new UsageException($"--png-level: expected 0 to 9, got {PngLevel}");
        if (PngLevel is not null && Kind != ImageKind.Png) throw new UsageException($"--png-level is for PNG, the output is {Kind.Name()}");
    }

    private ImageKind ChooseKind()
    {
        if (Format is not null)
            return ImageKinds.ForOutput(Format) ?? throw new UsageException($"--format: expected png, jpg or webp, got '{Format}'");
        if (Output == InputFile.Standard) return ImageKind.Png;
        return ImageKinds.ForOutput(Path.GetExtension(Output))
            ?? throw new UsageException($"{Output}: the name should end in .png, .jpg, .jpeg or .webp; or give --format");
    }
}
