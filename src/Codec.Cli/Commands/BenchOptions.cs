using CommandLine;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec bench</c>.</summary>
[Verb("bench")]
internal sealed class BenchOptions : CodecOptions
{
    private const int DefaultRounds = 15;

    /// <summary>A picture, or none for the sample picture.</summary>
    [Value(0, MetaName = "PICTURE")]
    public string? Picture { get; set; }

    /// <summary>How often each part is measured.</summary>
    [Option("rounds", Default = DefaultRounds)]
    public int Rounds { get; set; } = DefaultRounds;

    /// <summary>Whether JSON is printed.</summary>
    [Option("json")]
    public bool Json { get; set; }

    /// <summary>The quality that is compressed with.</summary>
    [Option('q', "quality")]
    public int? Quality { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Rounds is < 3 or > 1000) throw new UsageException($"--rounds: expected 3 to 1000, got {Rounds}");
        if (Quality is < 1 or > 100) throw new UsageException($"--quality: expected 1 to 100, got {Quality}");
    }

    /// <summary>What the codec compresses with.</summary>
    public VqCompressOptions Compress(VqEntropyMode mode) => new() { Quality = Quality, EntropyMode = mode };
}
