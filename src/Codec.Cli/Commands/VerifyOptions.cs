using CommandLine;
using VqVae.Codec.Cli.Batch;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec verify</c>.</summary>
[Verb("verify")]
internal sealed class VerifyOptions : CodecOptions
{
    /// <summary><c>.vq</c> files and folders.</summary>
    [Value(0, MetaName = "FILE.vq", Required = true, Min = 1)]
    public IEnumerable<string> Inputs { get; set; } = [];

    /// <summary>Whether nothing is decoded.</summary>
    [Option("no-model")]
    public bool NoModel { get; set; }

    /// <summary>Whether folders inside the folders are looked into.</summary>
    [Option("recursive")]
    public bool Recursive { get; set; }

    /// <summary>Files that are worked on at a time.</summary>
    [Option("jobs")]
    public int? Jobs { get; set; }

    /// <summary>Which part of each folder's files is checked.</summary>
    [Option("shard")]
    public string? Shard { get; set; }

    /// <summary>Whether only errors are printed.</summary>
    [Option("quiet")]
    public bool Quiet { get; set; }

    /// <summary>Whether a line a file is printed.</summary>
    [Option("verbose")]
    public bool Verbose { get; set; }

    /// <summary>The parsed shard.</summary>
    public Shard ParsedShard { get; private set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Quiet && Verbose) throw new UsageException("--quiet and --verbose exclude each other");
        CheckJobs(Jobs);
        ParsedShard = Batch.Shard.ParseOption(Shard);
        if (NoModel && Model is not null) throw new UsageException("--no-model and --model exclude each other");
    }
}
