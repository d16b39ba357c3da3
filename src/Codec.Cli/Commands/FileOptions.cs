using CommandLine;
using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>Options of the commands that make files of files, one or a folder full of them.</summary>
internal abstract class FileOptions : CodecOptions
{
    /// <summary>The file or folder that is read, or <c>-</c>.</summary>
    [Value(0, MetaName = "IN", Required = true)]
    public string Input { get; set; } = "";

    /// <summary>The file or folder that is written, or <c>-</c>.</summary>
    [Value(1, MetaName = "OUT")]
    public string? Target { get; set; }

    /// <summary>The same, as an option.</summary>
    [Option('o', "out")]
    public string? Out { get; set; }

    /// <summary>Leading stages that are kept or decoded.</summary>
    [Option("stages")]
    public int? Stages { get; set; }

    /// <summary>What transparent pictures are laid on.</summary>
    [Option("background")]
    public string? Background { get; set; }

    /// <summary>Whether existing files are replaced.</summary>
    [Option("force")]
    public bool Force { get; set; }

    /// <summary>Whether only errors are printed.</summary>
    [Option("quiet")]
    public bool Quiet { get; set; }

    /// <summary>Whether more is printed.</summary>
    [Option("verbose")]
    public bool Verbose { get; set; }

    /// <summary>Whether folders inside the folder are read, too.</summary>
    [Option("recursive")]
    public bool Recursive { get; set; }

    /// <summary>Files that are worked on at a time.</summary>
    [Option("jobs")]
    public int? Jobs { get; set; }

    /// <summary>Which part of a folder's files is done.</summary>
    [Option("shard")]
    public string? Shard { get; set; }

    /// <summary>Whether a result's extension is added to the file's name and does not replace the one that it has.</summary>
    [Option("append")]
    public bool Append { get; set; }

    /// <summary>Where the result goes.</summary>
    public string Output => OutputFile.StandardOr(Target ?? Out ?? "");

    /// <summary>Whether a folder is read.</summary>
    public bool IsFolder { get; private set; }

    /// <summary>The parsed background.</summary>
    public BackgroundColor? BackgroundColor { get; private set; }

    /// <summary>The parsed shard.</summary>
    public Shard ParsedShard { get; private set; } = Batch.Shard.All;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Target is not null && Out is not null) throw new UsageException("the output is named twice, as an argument and with --out");
        if (Target is null && Out is null) throw new UsageException("a file name is missing: the output, as second argument or with --out");
        if (Output.Length == 0) throw new UsageException("the output's name is empty");
        if (Quiet && Verbose) throw new UsageException("--quiet and --verbose exclude each other");
        CheckStages(Stages);
        BackgroundColor = Images.BackgroundColor.ParseOption(Background);
        CheckJobs(Jobs);
        ParsedShard = Batch.Shard.ParseOption(Shard);

        IsFolder = Input != InputFile.Standard && Directory.Exists(Input);
        if (IsFolder)
        {
            if (Output == InputFile.Standard) throw new UsageException("the files of a folder do not fit standard output; name a folder");
            return;
        }

        foreach (var (name, given) in (ReadOnlySpan<(string, bool)>)[("recursive", Recursive), ("jobs", Jobs is not null), ("shard", Shard is not null), ("append", Append)])
            if (given && (Input == InputFile.Standard || File.Exists(Input))) throw new UsageException($"--{name} is for folders, {InputFile.NameOf(Input)} is a file");
    }

    /// <summary>Checks a number of stages against a model.</summary>
    /// <exception cref="UsageException">It is less than 1.</exception>
    private static void CheckStages(int? stages)
    {
        if (stages < 1) throw new UsageException($"--stages: expected at least 1, got {stages}");
    }
}
