using System.Globalization;
using CommandLine;
using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The command line of <c>vqcodec eval</c>.</summary>
[Verb("eval")]
internal sealed class EvalOptions : CodecOptions
{
    /// <summary>The qualities that are measured where none are named: even steps over the whole range.</summary>
    private static readonly int[] DefaultQualities = [1, 12, 23, 34, 45, 56, 67, 78, 89, 100];

    /// <summary>The folder of pictures.</summary>
    [Value(0, MetaName = "DIR", Required = true)]
    public string Input { get; set; } = "";

    /// <summary>The classical codecs, with commas between.</summary>
    [Option("against")]
    public string? Against { get; set; }

    /// <summary>The model's qualities, with commas between.</summary>
    [Option("qualities")]
    public string? Qualities { get; set; }

    /// <summary>How much time the model's encoder may take.</summary>
    [Option("effort")]
    public string? Effort { get; set; }

    /// <summary>The folder for the report.</summary>
    [Option("out")]
    public string? Out { get; set; }

    /// <summary>Whether an earlier report is replaced, and other files beside it are put up with.</summary>
    [Option("force")]
    public bool Force { get; set; }

    /// <summary>Whether folders inside the folder are looked into.</summary>
    [Option("recursive")]
    public bool Recursive { get; set; }

    /// <summary>Pictures that are measured at a time.</summary>
    [Option("jobs")]
    public int? Jobs { get; set; }

    /// <summary>Whether only errors are printed.</summary>
    [Option("quiet")]
    public bool Quiet { get; set; }

    /// <summary>The classical codecs.</summary>
    public IReadOnlyList<VipsCodec> Codecs { get; private set; } = [];

    /// <summary>How much time the model's encoder may take.</summary>
    public VqEffort ParsedEffort { get; private set; } = VqEffort.Normal;

    /// <summary>The model's qualities in rising order; <c>null</c> where none were named.</summary>
    private IReadOnlyList<int>? ParsedQualities { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Input.Length == 0) throw new UsageException("the folder's name is empty");
        if (Out is { Length: 0 }) throw new UsageException("--out: the folder's name is empty");
        if (Quiet && Out is null) throw new UsageException("--quiet without --out leaves nothing of the work; name a folder for the report");
        CheckJobs(Jobs);
        Codecs = ClassicalCodecs.Parse(Against ?? string.Join(',', ClassicalCodecs.Names));
        ParsedEffort = Choice(Effort, VqEffort.Normal, "effort");
        ParsedQualities = Qualities is null ? null : ParseQualities(Qualities);
    }

    /// <summary>The settings of a model that are measured: qualities, or all that there are where the model has no map of qualities.</summary>
    /// <exception cref="UsageException">Qualities were named, and the model has none.</exception>
    public IReadOnlyList<int> SettingsOf(VqStillCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        if (codec.HasQualities) return ParsedQualities ?? DefaultQualities;
        if (ParsedQualities is not null) throw new UsageException("--qualities: the model has no map of qualities; without the option its rate points and stages are measured");
        return [.. Enumerable.Range(1, codec.Highest)];
    }

    private static List<int> ParseQualities(string text)
    {
        var qualities = new SortedSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var quality) || quality is < 1 or > QualityMap.Highest)
                throw new UsageException($"--qualities: expected numbers from 1 to {QualityMap.Highest} with commas between, such as 10,50,90, got '{part}'");
            if (!qualities.Add(quality)) throw new UsageException($"--qualities: {quality} is given twice");
        }

        return [.. qualities];
    }
}
