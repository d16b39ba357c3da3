using System.Reflection;
using CommandLine;
using VqVae.Codec.Cli.Commands;

namespace VqVae.Codec.Cli.CommandLine;

/// <summary>The program without its process: parses the command line, runs the command, reports errors.</summary>
internal static class Application
{
    private static readonly Type[] Commands = [typeof(CompressOptions), typeof(DecompressOptions), typeof(InfoOptions), typeof(DemoOptions)];

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="terminal">The standard streams.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl-C.</param>
    /// <returns>The exit code; nothing is thrown.</returns>
    public static int Run(string[] arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(terminal);
        try
        {
            CheckValues(arguments);
            using var parser = new Parser(settings =>
            {
                settings.HelpWriter = null;
                settings.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;
            });
            return parser.ParseArguments<CompressOptions, DecompressOptions, InfoOptions, DemoOptions>(arguments).MapResult(
                (CompressOptions options) => CompressCommand.Run(options, terminal, cancellationToken),
                (DecompressOptions options) => DecompressCommand.Run(options, terminal, cancellationToken),
                (InfoOptions options) => InfoCommand.Run(options, terminal, cancellationToken),
                (DemoOptions options) => DemoCommand.Run(options, terminal, cancellationToken),
                errors => NotParsed([.. errors], arguments, terminal));
        }
#pragma warning disable CA1031 // The process's last resort: whatever happens becomes one line and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // A native call that was stopped may fail in its own words.
            return ErrorReport.Write(cancellationToken.IsCancellationRequested ? new OperationCanceledException(e.Message, e) : e, terminal.Error);
        }
    }

    /// <summary>Refuses options that lack their value: the parser takes such an option at the end for one that was not given.</summary>
    private static void CheckValues(string[] arguments)
    {
        var options = Commands.FirstOrDefault(type => type.GetCustomAttribute<VerbAttribute>()!.Name == arguments.FirstOrDefault())
            ?.GetProperties().Where(p => p.PropertyType != typeof(bool)).Select(p => p.GetCustomAttribute<OptionAttribute>()?.LongName);
        if (options is null) return;
        var valued = options.OfType<string>().Select(name => "--" + name).ToHashSet(StringComparer.Ordinal);
        for (var i = 1; i < arguments.Length; i++)
        {
            if (!valued.Contains(arguments[i])) continue;
            if (i + 1 == arguments.Length || arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
                throw new UsageException($"{arguments[i]} needs a value; see 'vqcodec {arguments[0]} --help'");
            i++;
        }
    }

    private static int NotParsed(IReadOnlyList<Error> errors, string[] arguments, Terminal terminal)
    {
        foreach (var error in errors)
        {
            switch (error)
            {
                case VersionRequestedError:
                    terminal.Output.WriteLine("vqcodec " + Version);
                    return ExitCode.Ok;
                case HelpVerbRequestedError { Verb: var verb }:
                    terminal.Output.WriteLine(HelpPages.For(verb));
                    return ExitCode.Ok;
                case HelpRequestedError:
                    terminal.Output.WriteLine(HelpPages.For(arguments[0]));
                    return ExitCode.Ok;
                case NoVerbSelectedError:
                    terminal.Error.WriteLine(HelpPages.Overview);
                    return ExitCode.Usage;
            }
        }

        // The cause first: an unknown option also makes what follows it look missing.
        var first = errors.OrderBy(e => e is MissingRequiredOptionError).First();
        var page = first is BadVerbSelectedError ? "vqcodec --help" : $"vqcodec {arguments[0]} --help";
        throw new UsageException($"{Explain(first)}; see '{page}'");
    }

    private static string Version =>
        typeof(Application).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static string Explain(Error error) => error switch
    {
        BadVerbSelectedError e => $"there is no command '{e.Token}'",
        UnknownOptionError e => $"there is no option '{(e.Token.Length == 1 ? "-" : "--")}{e.Token}'",
        MissingValueOptionError e => $"--{e.NameInfo.LongName} needs a value",
        BadFormatConversionError e when e.NameInfo.LongName.Length > 0 => $"--{e.NameInfo.LongName}: the value is no number, or too large",
        RepeatedOptionError e => $"--{e.NameInfo.LongName} is given twice",
        BadFormatTokenError e => $"'{e.Token}' cannot be understood",
        MissingRequiredOptionError => "a file name is missing",
        _ => $"the command line cannot be understood ({error.Tag})",
    };
}
