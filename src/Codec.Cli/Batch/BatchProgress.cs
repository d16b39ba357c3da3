using Spectre.Console;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Batch;

/// <summary>Shows how far a run is: a bar on a terminal, a line now and then elsewhere, a line a file where much is to be said.</summary>
internal static class BatchProgress
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250), LineInterval = TimeSpan.FromSeconds(10);

    /// <summary>Shows progress until the work is over.</summary>
    /// <param name="terminal">The standard streams.</param>
    /// <param name="bar">Whether a bar is drawn.</param>
    /// <param name="progress">What is shown.</param>
    /// <param name="work">The work.</param>
    /// <param name="lines">Gets the lines where there is no bar; standard output where it is not given.</param>
    public static void Watch(Terminal terminal, bool bar, IProgressLine progress, Task work, TextWriter? lines = null)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(work);
        if (bar) DrawBar(terminal, progress, work);
        else WriteLines(lines ?? terminal.Output, progress, work);
    }

    private static void DrawBar(Terminal terminal, IProgressLine progress, Task work) => Consoles.OnTerminal(terminal).Progress()
        .AutoClear(true)
        .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context =>
        {
            var task = context.AddTask(Markup.Escape(progress.Line()));
            while (!Ended(work, Refresh))
            {
                task.Value = 100 * progress.Share;
                task.Description = Markup.Escape(progress.Line());
            }
        });

    private static void WriteLines(TextWriter lines, IProgressLine progress, Task work)
    {
        while (!Ended(work, LineInterval)) lines.WriteLine(progress.Line());
    }

    /// <summary>Waits for the end without throwing what the work threw.</summary>
    private static bool Ended(Task work, TimeSpan patience) => Task.WhenAny(work, Task.Delay(patience)).GetAwaiter().GetResult() == work;
}
