using System.Globalization;
using CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec compress</c>.</summary>
[Verb("compress")]
internal sealed class CompressOptions : FileOptions
{
    /// <summary>Which of the model's rate points is used.</summary>
    [Option("rate-point")]
    public int? RatePoint { get; set; }

    /// <summary>Weight of the rate in the search.</summary>
    [Option("lambda")]
    public double Lambda { get; set; }

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
    public override void Validate()
    {
        base.Validate();
        if (!(Lambda >= 0 && Lambda <= float.MaxValue))
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--lambda: expected a number of 0 or more, got {Lambda}"));
        if (RatePoint < 0) throw new UsageException($"--rate-point: expected 0 or more, got {RatePoint}");
        ExifMode = Choice(Exif, ExifMode.None, "exif");
        Codec = new VqCompressOptions
        {
            Stages = Stages,
            Lambda = Lambda,
            RatePoint = RatePoint ?? 0,
            EntropyMode = Entropy is null ? null : Choice(Entropy, VqEntropyMode.Raw, "entropy"),
        };
    }

    /// <summary>Checks the options against the model, before any picture is compressed.</summary>
    /// <exception cref="UsageException">The model lacks a stage, a rate point or the tables that they ask for.</exception>
    public void CheckAgainst(VqCodec codec)
    {
        CheckStages(Stages, codec);
        var most = codec.Manifest.RatePoints;
        if (RatePoint >= most) throw new UsageException($"--rate-point: model {codec.Manifest.Name} has {most}, numbered from 0, got {RatePoint}");
        if (Entropy is null) return;
        try
        {
            // The model's tables are known to the codec alone: a picture of one pixel asks for them.
            _ = codec.Compress(new byte[3], 1, 1, PixelFormat.Rgb24, Codec);
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"--entropy: {e.Message}", e);
        }
    }
}
