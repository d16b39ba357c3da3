using CommandLine;

namespace VqVae.Exporter.CommandLine;

/// <summary>The command line of <c>exporter export</c>, or of <c>exporter</c> without a command.</summary>
[Verb("export", isDefault: true)]
internal sealed class ExportCommandLine
{
    /// <summary>The run folder.</summary>
    [Value(0, MetaName = "RUN", Required = true)]
    public string Run { get; set; } = "";

    /// <summary>The model folder to make.</summary>
    [Option("out", Required = true)]
    public string Out { get; set; } = "";

    /// <summary>The model's name.</summary>
    [Option("name")]
    public string? Name { get; set; }

    /// <summary>Licence of the model.</summary>
    [Option("license")]
    public string? License { get; set; }

    /// <summary>Licences of the training images.</summary>
    [Option("data-license")]
    public string? DataLicense { get; set; }

    /// <summary>The graphs' precisions, separated by commas.</summary>
    [Option("precision")]
    public string? Precision { get; set; }

    /// <summary>Whether the comparison with the trainer's results is left out.</summary>
    [Option("unverified")]
    public bool Unverified { get; set; }

    /// <summary>Whether the entropy coder's tables are left out.</summary>
    [Option("no-tables")]
    public bool NoTables { get; set; }

    /// <summary>Whether the quality map is left out.</summary>
    [Option("no-quality")]
    public bool NoQuality { get; set; }

    /// <summary>Whether an existing model is replaced.</summary>
    [Option("force")]
    public bool Force { get; set; }

    /// <summary>Positional arguments that are left over, which is an error.</summary>
    [Value(9)]
    public IEnumerable<string> Rest { get; set; } = [];
}
