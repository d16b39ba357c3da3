using System.Globalization;
using CommandLine;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.Codec.Cli.Images.Png;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec decompress</c>.</summary>
[Verb("decompress")]
internal sealed class DecompressOptions : FileOptions
{
    /// <summary>The part of the picture that is decoded.</summary>
    [Option("region")]
    public string? Region { get; set; }

    /// <summary>Whether a file that is cut short gives what it has.</summary>
    [Option("partial")]
    public bool Partial { get; set; }

    /// <summary>png, jpg or webp, where the name does not say it.</summary>
    [Option("format")]
    public string? Format { get; set; }

    /// <summary>Quality of JPEG and WebP.</summary>
    [Option("out-quality")]
    public int? OutQuality { get; set; }

    /// <summary>Compression level of PNG.</summary>
    [Option("png-level")]
    public int? PngLevel { get; set; }

    /// <summary>Whether EXIF metadata of the file is left out.</summary>
    [Option("no-exif")]
    public bool NoExif { get; set; }

    /// <summary>The output's format.</summary>
    public ImageKind Kind { get; private set; }

    /// <summary>The parsed part.</summary>
    public VqRegion? ParsedRegion { get; private set; }

    /// <summary>How the picture is written.</summary>
    public WriteOptions Write { get; private set; } = new();

    /// <inheritdoc/>
    protected override VqCodecUse Use => VqCodecUse.Decompress;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Kind = ChooseKind();
        if (OutQuality is < 1 or > 100) throw new UsageException($"--out-quality: expected 1 to 100, got {OutQuality}");
        if (OutQuality is not null && Kind == ImageKind.Png) throw new UsageException("--out-quality is for JPEG and WebP; PNG is lossless and has --png-level");
        if (PngLevel is < 0 or > 9) throw new UsageException($"--png-level: expected 0 to 9, got {PngLevel}");
        if (PngLevel is not null && Kind != ImageKind.Png) throw new UsageException($"--png-level is for PNG, the output is {Kind.Name()}");
        if (Region is not null) ParsedRegion = ParseRegion(Region);
        Write = new WriteOptions { Quality = OutQuality ?? ImageWriter.DefaultQuality, PngLevel = PngLevel ?? PngWriter.DefaultLevel };
    }

    /// <summary>Checks the options against a file, before it is decompressed.</summary>
    /// <exception cref="UsageException">The file has fewer stages, or the region is not inside the picture.</exception>
    public void CheckAgainst(VqInfo info, string name)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (Stages > info.Stages) throw new UsageException($"--stages: {name} has {info.Stages}, got {Stages}");
        if (ParsedRegion is { } region && (region.X >= info.Width || region.Y >= info.Height || region.Width > info.Width - region.X || region.Height > info.Height - region.Y))
            throw new UsageException($"--region: {name} is {info.Width}x{info.Height}, {Region} is not inside it");
    }

    private ImageKind ChooseKind()
    {
        if (Format is not null)
            return ImageKinds.ForOutput(Format) ?? throw new UsageException($"--format: expected png, jpg or webp, got '{Format}'");
        if (IsFolder || Output == InputFile.Standard) return ImageKind.Png;
        return ImageKinds.ForOutput(Path.GetExtension(Output))
            ?? throw new UsageException($"{Output}: the name should end in .png, .jpg, .jpeg or .webp; or give --format");
    }

    private static VqRegion ParseRegion(string text)
    {
        var numbers = text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1).ToArray();
        return numbers is [>= 0 and var x, >= 0 and var y, >= 1 and var width, >= 1 and var height]
            ? new VqRegion(x, y, width, height)
            : throw new UsageException($"--region: expected x,y,width,height in pixels, such as 100,50,640,480, got '{text}'");
    }
}
