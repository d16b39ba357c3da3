using System.Diagnostics;

namespace VqVae.Trainer.Commands;

/// <summary>
/// How far a command is, on standard error, where it disturbs no result: one line that is rewritten, or a line now and then where nobody
/// watches.
/// </summary>
internal sealed class ProgressLine(TextWriter error, bool live) : IDisposable
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(250);

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _last = Stopwatch.GetTimestamp();
    private int _shown;

    /// <summary>Tells how much is done.</summary>
    public void Show(long done, long total)
    {
        if (Stopwatch.GetElapsedTime(_last) < (live ? LiveInterval : LogInterval)) return;
        _last = Stopwatch.GetTimestamp();
        var rate = done / Stopwatch.GetElapsedTime(_start).TotalSeconds;
        var line = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{done} of {total} images, {rate:0.0} images/s");
        if (!live)
        {
            error.WriteLine(line);
            return;
        }

        error.Write("\r" + line.PadRight(_shown));
        _shown = line.Length;
    }

    /// <summary>Writes a line that stays.</summary>
    public void Say(string line)
    {
        Clear();
        error.WriteLine(line);
    }

    /// <summary>Clears the line.</summary>
    public void Dispose() => Clear();

    private void Clear()
    {
        if (_shown > 0) error.Write("\r" + new string(' ', _shown) + "\r");
        _shown = 0;
    }
}
