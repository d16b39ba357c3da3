using VqVae.CommandLine;
using VqVae.Exporter.Info;
using VqVae.Models;

namespace VqVae.Exporter.CommandLine;

/// <summary><c>exporter</c> without its process.</summary>
internal static class ExporterProgram
{
    private const string Unspecified = "unspecified";

    /// <summary>Words for errors.</summary>
    private static readonly ErrorReport Errors = new("exporter", exception => exception switch
    {
        OperationCanceledException => "cancelled; nothing was written",
        ModelFormatException or FileNotFoundException => exception.Message,
        OutOfMemoryException => "not enough memory for a model of this size",
        _ => null,
    });

    private static readonly Application Program = new()
    {
        Name = "exporter",
        Commands = [typeof(ExportCommandLine), typeof(InfoCommandLine)],
        Help = HelpPages.For,
        Argument = "the folder",
        Errors = Errors,
    };

    /// <summary>Runs one command line.</summary>
    /// <inheritdoc cref="Application.Run"/>
    public static int Run(string[] arguments, Terminal terminal, CancellationToken cancellationToken) => Program.Run(
        arguments,
        terminal,
        command => command switch
        {
            ExportCommandLine options => Export(options, terminal, cancellationToken),
            InfoCommandLine options => Info(options, terminal.Output),
            _ => throw new InvalidOperationException($"no command takes {command.GetType().Name}"),
        },
        cancellationToken);

    private static int Export(ExportCommandLine options, Terminal terminal, CancellationToken cancellationToken)
    {
        RefuseRest(options.Rest);
        if (string.IsNullOrWhiteSpace(options.Run)) throw new UsageException("RUN is empty");
        if (string.IsNullOrWhiteSpace(options.Out)) throw new UsageException("--out is empty");
        if (options.Name is not null && string.IsNullOrWhiteSpace(options.Name)) throw new UsageException("--name is empty");
        var license = options.License is null && options.DataLicense is null
            ? null
            : new ManifestLicense(options.License ?? Unspecified, options.DataLicense ?? Unspecified);
        var result = ModelExporter.Run(
            options.Run,
            options.Out,
            new ExportOptions
            {
                Name = options.Name,
                License = license,
                Unverified = options.Unverified,
                NoTables = options.NoTables,
                NoQuality = options.NoQuality,
                Precisions = Precisions(options.Precision),
                Force = options.Force,
                Progress = terminal.OutputIsTerminal ? text => terminal.Error.WriteLine($"exporter: {text}") : null,
            },
            cancellationToken);

        var output = terminal.Output;
        var tables = result.Manifest.Files.TryGetValue(ModelManifest.TablesFileName, out var file) ? file.Bytes : 0;
        var graphs = result.Manifest.Files.Values.Sum(f => f.Bytes) - tables;
        output.WriteLine($"{options.Out}: model {result.Manifest.Name}, id {result.Manifest.Id}, {graphs:N0} bytes of graphs, {tables:N0} of tables");
        if (result.NoTables is { } why) output.WriteLine($"warning: no tables ({why}), so files made with this model are larger than they could be");
        foreach (var (precision, variant) in result.Manifest.Variants ?? new Dictionary<string, ManifestVariant>())
        {
            output.WriteLine(FormattableString.Invariant(
                $"{precision}: bytes differ from fp32's by {variant.MeanPixelDifference:F2} of 255 on average and {variant.MaxPixelDifference} at most, {Math.Round(variant.PsnrLoss, 3) + 0.0:F3} dB are lost, {100 * variant.IndexAgreement:0.##}% of the indices are equal, on calibration images"));
        }

        if (result.NoVariants is { } reason) output.WriteLine($"no graphs but fp32 ones: {reason}");
        if (result.Manifest.Quality is { } map)
        {
            var (best, usual, least) = (map[QualityMap.Highest], map[map.Default], map[1]);
            output.WriteLine(FormattableString.Invariant(
                $"qualities 1 to 100: {least.Psnr:F1} dB at {least.BitsPerPixel:F3} bits a pixel to {best.Psnr:F1} dB at {best.BitsPerPixel:F3}, on calibration images; the default {map.Default} has {usual.Psnr:F1} dB at {usual.BitsPerPixel:F3}"));
        }
        else
        {
            output.WriteLine("no qualities: --quality and targets need tables and calibration images");
        }

        if (result.Verification is { } report)
        {
            output.WriteLine($"verified on {report.Samples} samples of the trainer:");
            output.WriteLine($"  indices {report.IndicesCompared:N0} of {report.AllIndices:N0} have a clear nearest code (gap over {report.Epsilon:g1} of the latent's scale) and all of them agree; {report.IndicesEqual:N0} agree with ties");
            output.WriteLine($"  pixels  {report.BytesEqual:N0} of {report.AllBytes:N0} bytes are equal, the largest difference is {report.MaxPixelDifference} of 255");
        }
        else
        {
            output.WriteLine("not verified: the graphs were not compared with the trainer's results");
        }

        return ExitCode.Ok;
    }

    private static string[]? Precisions(string? list)
    {
        if (list is null) return null;
        var names = list.Split(',', StringSplitOptions.TrimEntries);
        return names.FirstOrDefault(name => !GraphPrecision.All.Contains(name)) is { } unknown
            ? throw new UsageException($"--precision: expected names out of {string.Join(", ", GraphPrecision.All)}, separated by commas, got '{unknown}'")
            : names;
    }

    private static int Info(InfoCommandLine options, TextWriter output)
    {
        RefuseRest(options.Rest);
        output.Write(ModelReport.Markdown(options.Model));
        return ExitCode.Ok;
    }

    private static void RefuseRest(IEnumerable<string> rest)
    {
        if (rest.FirstOrDefault() is { } extra) throw new UsageException($"'{extra}' is one argument too many; see 'exporter --help'");
    }
}
