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
    /// <param name="tally">What is shown.</param>
    /// <param name="work">The work.</param>
    public static void Watch(Terminal terminal, bool bar, BatchTally tally, Task work)
    {
        ArgumentNullException.ThrowIfNull(tally);
        ArgumentNullException.ThrowIfNull(work);
        if (bar) DrawBar(terminal, tally, work);
        else WriteLines(terminal, tally, work);
    }

    private static void DrawBar(Terminal terminal, BatchTally tally, Task work) => Consoles.OnTerminal(terminal).Progress()
        .AutoClear(true)
        .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context =>
        {
            var task = context.AddTask(Markup.Escape(tally.Line()));
            while (!Ended(work, Refresh))
            {
                task.Value = 100 * tally.Share;
                task.Description = Markup.Escape(tally.Line());
            }
        });

    private static void WriteLines(Terminal terminal, BatchTally tally, Task work)
    {
        while (!Ended(work, LineInterval)) terminal.Output.WriteLine(tally.Line());
    }

    /// <summary>Waits for the end without throwing what the work threw.</summary>
    private static bool Ended(Task work, TimeSpan patience) => Task.WhenAny(work, Task.Delay(patience)).GetAwaiter().GetResult() == work;
}
