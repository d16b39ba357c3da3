using System.Reflection;
using CommandLine;

namespace VqVae.CommandLine;

/// <summary>A program without its process: parses the command line, runs the command, reports errors.</summary>
internal sealed class Application
{
    /// <summary>The program's name, as it is typed.</summary>
    public required string Name { get; init; }

    /// <summary>The classes of its commands' options, each with a <see cref="VerbAttribute"/>.</summary>
    public required IReadOnlyList<Type> Commands { get; init; }

    /// <summary>Gives the help page of a command, or the program's own for anything else.</summary>
    public required Func<string?, string> Help { get; init; }

    /// <summary>What is said to be missing where an argument without a name is, such as <c>a file name</c>.</summary>
    public required string Argument { get; init; }

    /// <summary>Words for errors.</summary>
    public required ErrorReport Errors { get; init; }

    /// <summary>Whether a command that is stopped goes on to save what it has: what fails then is told as it is.</summary>
    public bool SavesWhenStopped { get; init; }

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <param name="terminal">The standard streams.</param>
    /// <param name="run">Runs the command whose parsed options it is given, and returns the exit code.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl-C.</param>
    /// <returns>The exit code; nothing is thrown.</returns>
    public int Run(string[] arguments, Terminal terminal, Func<object, int> run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            if (arguments.Length == 0)
            {
                terminal.Error.WriteLine(Help(null));
                return ExitCode.Usage;
            }

            CheckValues(arguments);
            using var parser = new Parser(settings =>
            {
                settings.HelpWriter = null;
                settings.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;

                // Options that take several values may be repeated; that no other one is was seen above.
                settings.AllowMultiInstance = Selected(arguments) is { } command && Options(command).Any(o => IsRepeatable(o.Property));
            });
            var parsed = parser.ParseArguments(arguments, [.. Commands]);
            return parsed.Value is { } options ? run(options) : NotParsed([.. parsed.Errors], arguments, terminal);
        }
#pragma warning disable CA1031 // The process's last resort: whatever happens becomes one line and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // A native call that was stopped may fail in its own words.
            return Errors.Write(cancellationToken.IsCancellationRequested && !SavesWhenStopped ? new OperationCanceledException(e.Message, e) : e, terminal.Error);
        }
    }

    /// <summary>
    /// Refuses options that lack their value, which the parser takes for ones that were not given where they come last, and options that are
    /// given twice, which it overlooks where some may be.
    /// </summary>
    private void CheckValues(string[] arguments)
    {
        if (Selected(arguments) is not { } command) return;
        var options = Options(command).ToDictionary(o => "--" + o.Option.LongName, o => o.Property, StringComparer.Ordinal);
        var given = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i].Split('=')[0];
            if (!options.TryGetValue(name, out var property)) continue;
            if (!given.Add(name) && !IsRepeatable(property)) throw new UsageException($"{name} is given twice; see '{Page(arguments)}'");
            if (property.PropertyType == typeof(bool) || name != arguments[i]) continue;
            if (i + 1 == arguments.Length || arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
                throw new UsageException($"{name} needs a value; see '{Page(arguments)}'");
            i++;
        }
    }

    private int NotParsed(IReadOnlyList<Error> errors, string[] arguments, Terminal terminal)
    {
        foreach (var error in errors)
        {
            switch (error)
            {
                case VersionRequestedError:
                    terminal.Output.WriteLine($"{Name} {ProgramVersion.Text}");
                    return ExitCode.Ok;
                case HelpVerbRequestedError { Verb: var verb }:
                    terminal.Output.WriteLine(Help(verb));
                    return ExitCode.Ok;
                case HelpRequestedError:
                    terminal.Output.WriteLine(Help(arguments[0]));
                    return ExitCode.Ok;
            }
        }

        // The cause first: an unknown option also makes what follows it look missing.
        var first = errors.OrderBy(e => e is MissingRequiredOptionError).First();
        throw new UsageException($"{Explain(first, arguments)}; see '{Page(arguments)}'");
    }

    /// <summary>The command that shows the help that the command line needs.</summary>
    private string Page(string[] arguments)
    {
        var command = Selected(arguments);
        return command is null ? $"{Name} --help" : $"{Name} {Verb(command).Name} --help";
    }

    /// <summary>The command that is named, or the default one.</summary>
    private Type? Selected(string[] arguments) =>
        Commands.FirstOrDefault(type => Verb(type).Name == arguments[0]) ?? Commands.FirstOrDefault(type => Verb(type).IsDefault);

    private static IEnumerable<(PropertyInfo Property, OptionAttribute Option)> Options(Type command) => command.GetProperties()
        .Select(property => (property, Option: property.GetCustomAttribute<OptionAttribute>()!))
        .Where(o => o.Option is { LongName.Length: > 0 });

    private static bool IsRepeatable(PropertyInfo property) => property.PropertyType == typeof(IEnumerable<string>);

    private static VerbAttribute Verb(Type command) => command.GetCustomAttribute<VerbAttribute>()!;

    private string Explain(Error error, string[] arguments) => error switch
    {
        BadVerbSelectedError e => $"there is no command '{e.Token}'{Meant("", e.Token, Commands.Select(type => Verb(type).Name))}",
        NoVerbSelectedError => "the command is missing",
        UnknownOptionError { Token.Length: 1 } e => $"there is no option '-{e.Token}'",
        UnknownOptionError e => $"there is no option '--{e.Token}'{Meant("--", e.Token, Selected(arguments) is { } command ? Options(command).Select(o => o.Option.LongName) : [])}",
        MissingValueOptionError e => $"--{e.NameInfo.LongName} needs a value",
        BadFormatConversionError e when Selected(arguments) is { } command && Options(command).Any(o => o.Option.LongName == e.NameInfo.LongName && o.Property.PropertyType == typeof(bool?)) =>
            $"--{e.NameInfo.LongName}: expected true or false",
        BadFormatConversionError e when e.NameInfo.LongName.Length > 0 => $"--{e.NameInfo.LongName}: the value is no number, or too large",
        RepeatedOptionError e => $"--{e.NameInfo.LongName} is given twice",
        BadFormatTokenError e => $"'{e.Token}' cannot be understood",
        MissingRequiredOptionError e => e.NameInfo.LongName.Length > 0 ? $"--{e.NameInfo.LongName} is missing" : $"{Argument} is missing",
        _ => $"the command line cannot be understood ({error.Tag})",
    };

    private static string Meant(string prefix, string word, IEnumerable<string> names) =>
        NearestName.Of(word, names) is { } name ? $"; did you mean {prefix}{name}?" : "";
}
