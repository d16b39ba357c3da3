using System.Globalization;
using CommandLine;
using CommandLine.Text;
using VqVae.CommandLine;

namespace VqVae.Trainer.Commands;

/// <summary>Help texts and usage errors.</summary>
internal static class Help
{
    /// <summary>Prints what was asked for, or what was wrong.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Show<T>(ParserResult<T> result, IEnumerable<Error> errors)
    {
        var list = errors.ToArray();
        if (list.IsVersion())
        {
            Console.WriteLine($"trainer {typeof(Help).Assembly.GetName().Version?.ToString(3)}");
            return ExitCode.Ok;
        }

        if (list.IsHelp() || list.Any(e => e.Tag == ErrorType.NoVerbSelectedError))
        {
            Console.WriteLine(HelpText.AutoBuild(result, text =>
            {
                text.Heading = "trainer: learns an image codec from a folder of images";
                text.Copyright = "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C with its state saved.";
                text.AdditionalNewLineAfterOption = false;
                text.MaximumDisplayWidth = 110;
                return text;
            }, e => e, maxDisplayWidth: 110));
            return list.IsHelp() ? ExitCode.Ok : ExitCode.Usage;
        }

        var sentences = SentenceBuilder.Create();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"trainer: {string.Join("; ", list.Select(sentences.FormatError))} (see trainer --help)"));
        return ExitCode.Usage;
    }
}
