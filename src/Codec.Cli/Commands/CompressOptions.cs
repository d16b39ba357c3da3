using System.Globalization;
using CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec compress</c>.</summary>
[Verb("compress")]
internal sealed class CompressOptions : FileOptions
{
    /// <summary>Quality, 1 to 100.</summary>
    [Option('q', "quality")]
    public int? Quality { get; set; }

    /// <summary>Bits a pixel that the file may have.</summary>
    [Option("target-bpp")]
    public double? TargetBitsPerPixel { get; set; }

    /// <summary>PSNR in dB that the picture should have.</summary>
    [Option("target-psnr")]
    public double? TargetPsnr { get; set; }

    /// <summary>Bytes that the file may have.</summary>
    [Option("target-size")]
    public long? TargetSize { get; set; }

    /// <summary>How much time the encoder may take.</summary>
    [Option("effort")]
    public string? Effort { get; set; }

    /// <summary>Which of the model's rate points is used.</summary>
    [Option("rate")]
    public int? RatePoint { get; set; }

    /// <summary>Weight of the rate in the search.</summary>
    [Option("lambda")]
    public double? Lambda { get; set; }

    /// <summary>How the indices are coded.</summary>
    [Option("entropy")]
    public string? Entropy { get; set; }

    /// <summary>What is kept of EXIF metadata.</summary>
    [Option("exif")]
    public string? Exif { get; set; }

    /// <summary>Whether the result is decoded and compared.</summary>
    [Option("verify")]
    public bool Verify { get; set; }

    /// <summary>What the codec is told.</summary>
    public VqCompressOptions Codec { get; private set; } = new();

    /// <summary>What is kept of EXIF metadata.</summary>
    public ExifMode ExifMode { get; private set; }

    /// <inheritdoc/>
    protected override VqCodecUse Use => Verify ? VqCodecUse.Both : VqCodecUse.Compress;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        CheckOneChoice();
        if (Quality is < 1 or > QualityMap.Highest) throw new UsageException($"--quality: expected 1 to {QualityMap.Highest}, got {Quality}");
        if (Lambda is { } lambda && !(lambda >= 0 && lambda <= float.MaxValue))
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--lambda: expected a number of 0 or more, got {lambda}"));
        if (RatePoint < 0) throw new UsageException($"--rate: expected 0 or more, got {RatePoint}");
        ExifMode = Choice(Exif, ExifMode.None, "exif");
        Codec = new VqCompressOptions
        {
            Quality = Quality,
            Target = ParsedTarget(),
            Effort = Choice(Effort, VqEffort.Normal, "effort"),
            Stages = Stages,
            Lambda = Lambda,
            RatePoint = RatePoint,
            EntropyMode = Entropy is null ? null : Choice(Entropy, VqEntropyMode.Raw, "entropy"),
        };

        // What PSNR was reached is what was asked for, so it is told.
        Verify |= TargetPsnr is not null;
    }

    /// <summary>Checks the options against the model, before any picture is compressed.</summary>
    /// <exception cref="UsageException">The model lacks a stage, a rate point, the qualities or the tables that they ask for.</exception>
    public void CheckAgainst(VqCodec codec)
    {
        CheckStages(Stages, codec);
        var most = codec.Manifest.RatePoints;
        if (RatePoint >= most) throw new UsageException($"--rate: model {codec.Manifest.Name} has {most}, numbered from 0, got {RatePoint}");
        if (codec.Manifest.Quality is null && Choices().FirstOrDefault(c => c.IsGiven && c.NeedsQualities).Name is { } asked)
            throw new UsageException($"{asked}: model {codec.Manifest.Name} has no qualities (it was exported without tables or calibration images); choose with --rate, --stages and --lambda");
        if (Entropy is null) return;
        try
        {
            // The model's tables are known to the codec alone: a picture of one pixel asks for them.
            _ = codec.Compress(new byte[3], 1, 1, PixelFormat.Rgb24, Codec with { Target = null });
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--entropy: {e.Message}", e);
        }
    }

    /// <summary>The ways to say how small the file should be; those that are one can be given together.</summary>
    private (string Name, bool IsGiven, bool NeedsQualities)[] Choices() =>
    [
        ("--quality", Quality is not null, true),
        ("--target-bpp", TargetBitsPerPixel is not null, true),
        ("--target-psnr", TargetPsnr is not null, true),
        ("--target-size", TargetSize is not null, true),
        ("--stages", Stages is not null, false),
        ("--rate", RatePoint is not null, false),
        ("--lambda", Lambda is not null, false),
    ];

    private void CheckOneChoice()
    {
        var given = Choices().Where(choice => choice.IsGiven).ToArray();
        if (given.Length > 1 && given[0].NeedsQualities) throw new UsageException($"{given[0].Name} and {given[1].Name} exclude each other: each of them decides how small the file gets");
    }

    private VqTarget? ParsedTarget()
    {
        if (TargetSize is { } size) return size >= 1 ? VqTarget.Bytes(size) : throw new UsageException($"--target-size: expected at least 1 byte, got {size}");
        if (TargetBitsPerPixel is { } bits) return IsPositive(bits) ? VqTarget.BitsPerPixel(bits) : throw Unexpected("--target-bpp", bits);
        if (TargetPsnr is { } psnr) return IsPositive(psnr) ? VqTarget.Psnr(psnr) : throw Unexpected("--target-psnr", psnr);
        return null;

        static bool IsPositive(double value) => value > 0 && double.IsFinite(value);
        static UsageException Unexpected(string option, double value) => new(string.Create(CultureInfo.InvariantCulture, $"{option}: expected a number above 0, got {value}"));
    }
}
