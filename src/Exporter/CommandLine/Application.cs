using CommandLine;
using VqVae.Exporter.Info;
using VqVae.Models;

namespace VqVae.Exporter.CommandLine;

/// <summary>The program without its process: parses the command line, runs the command, reports errors.</summary>
internal static class Application
{
    private const string Unspecified = "unspecified";

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl-C.</param>
    /// <returns>The exit code; nothing is thrown.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            if (arguments.Length == 0)
            {
                error.WriteLine(HelpPages.Overview);
                return ExitCode.Usage;
            }

            using var parser = new Parser(settings =>
            {
                settings.HelpWriter = null;
                settings.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;
            });
            return parser.ParseArguments<ExportCommandLine, InfoCommandLine>(arguments).MapResult(
                (ExportCommandLine options) => Export(options, output, cancellationToken),
                (InfoCommandLine options) => Info(options, output),
                errors => NotParsed([.. errors], arguments, output));
        }
#pragma warning disable CA1031 // The process's last resort: whatever happens becomes one line and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ErrorReport.Write(e, error);
        }
    }

    private static int Export(ExportCommandLine options, TextWriter output, CancellationToken cancellationToken)
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
            new ExportOptions { Name = options.Name, License = license, Unverified = options.Unverified, Force = options.Force },
            cancellationToken);

        var bytes = result.Manifest.Files.Values.Sum(f => f.Bytes);
        output.WriteLine($"{options.Out}: model {result.Manifest.Name}, id {result.Manifest.Id}, {bytes:N0} bytes of graphs");
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

    private static int NotParsed(IReadOnlyList<Error> errors, string[] arguments, TextWriter output)
    {
        foreach (var error in errors)
        {
            switch (error)
            {
                case VersionRequestedError:
                    output.WriteLine("exporter " + OnnxModel.ProducerVersion);
                    return ExitCode.Ok;
                case HelpVerbRequestedError { Verb: var verb }:
                    output.WriteLine(HelpPages.For(verb));
                    return ExitCode.Ok;
                case HelpRequestedError:
                    output.WriteLine(HelpPages.For(arguments[0]));
                    return ExitCode.Ok;
            }
        }

        // The cause first: an unknown option also makes what follows it look missing.
        var first = errors.OrderBy(e => e is MissingRequiredOptionError).First();
        var page = arguments[0] == "info" ? "exporter info --help" : "exporter export --help";
        throw new UsageException($"{Explain(first)}; see '{page}'");
    }

    private static string Explain(Error error) => error switch
    {
        UnknownOptionError e => $"there is no option '{e.Token}'",
        MissingValueOptionError e => $"--{e.NameInfo.LongName} needs a value",
        RepeatedOptionError e => $"--{e.NameInfo.LongName} is given twice",
        BadFormatTokenError e => $"'{e.Token}' cannot be understood",
        MissingRequiredOptionError e => e.NameInfo.LongName.Length > 0 ? $"--{e.NameInfo.LongName} is missing" : "the folder is missing",
        _ => $"the command line cannot be understood ({error.Tag})",
    };
}
