using System.Globalization;
using System.Text;
using VqVae.Models;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Run;

/// <summary>How often a stage's codes were chosen in an interval.</summary>
/// <param name="Stage">The stage, as <see cref="StageUsage.Name"/>.</param>
/// <param name="Codes">Size of its codebook.</param>
/// <param name="Used">Codes chosen at least once; of merged intervals the larger number.</param>
/// <param name="Counts">Choices of each code, or of each of <see cref="UsageFile.MaxBins"/> ranges of codes.</param>
internal sealed record StageCounts(string Stage, int Codes, int Used, IReadOnlyList<long> Counts);

/// <summary>The steps from the interval before, or from the run's beginning, to <paramref name="Step"/>.</summary>
/// <param name="Step">The last step.</param>
/// <param name="Stages">Every stage.</param>
internal sealed record UsageInterval(long Step, IReadOnlyList<StageCounts> Stages);

/// <summary>
/// <c>usage.csv</c>: how often every code was chosen between validations. A header, then for each interval a row a stage:
/// <c>step,stage,codes,used,counts</c>, the counts apart by spaces.
/// </summary>
/// <remarks>
/// Two limits bound the file. Of a codebook with more than <see cref="MaxBins"/> codes, counts are sums over that many ranges of codes: code
/// c of K is in range ⌊c · bins / K⌋. And when the file holds <see cref="MaxCells"/> counts, or <see cref="MaxIntervals"/> intervals,
/// neighbouring intervals are added up until half of them are left, the shortest first, so that a long run keeps exact sums at a coarser step.
/// </remarks>
internal sealed class UsageFile : IDisposable
{
    /// <summary>Most counts of a stage.</summary>
    public const int MaxBins = 256;

    /// <summary>Most intervals.</summary>
    public const int MaxIntervals = 256;

    /// <summary>Most counts in the file.</summary>
    public const int MaxCells = 1 << 20;

    private const string Header = "step,stage,codes,used,counts";

    private readonly string _path;
    private StreamWriter _writer;
    private int _intervals;
    private string[] _names = [];
    private long[][] _counts = [];

    /// <summary>Opens the file; on resume, intervals that end at steps that will be run again are dropped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="resumeFrom">Steps done.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public UsageFile(string path, long resumeFrom)
    {
        _path = path;
        UsageInterval[] kept = resumeFrom > 0 && File.Exists(path) ? [.. Read(path).Where(i => i.Step <= resumeFrom)] : [];
        _writer = Rewrite(kept);
    }

    /// <summary>Adds to the interval that has begun.</summary>
    public void Count(IReadOnlyList<StageUsage> stages)
    {
        if (_counts.Length != stages.Count || !_counts.Select(c => c.Length).SequenceEqual(stages.Select(s => s.Counts.Count)))
            _counts = [.. stages.Select(s => new long[s.Counts.Count])];
        _names = [.. stages.Select(s => s.Name)];
        for (var stage = 0; stage < stages.Count; stage++)
        {
            for (var code = 0; code < _counts[stage].Length; code++) _counts[stage][code] += (long)stages[stage].Counts[code];
        }
    }

    /// <summary>Ends the interval, visible to readers at once, and begins the next; nothing happens where nothing was counted.</summary>
    /// <param name="step">Steps done.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void EndInterval(long step)
    {
        if (_counts.Length == 0) return;
        var interval = new UsageInterval(step, [.. _counts.Select((counts, stage) => new StageCounts(_names[stage], counts.Length, counts.Count(c => c > 0), Binned(counts)))]);
        _counts = [];
        var cells = Math.Max(1, interval.Stages.Sum(s => s.Counts.Count));
        if (_intervals >= Math.Clamp(MaxCells / cells, 4, MaxIntervals))
        {
            _writer.Dispose();
            _writer = Rewrite(Merged(Read(_path), _intervals / 2));
        }

        Write(_writer, interval);
        _writer.Flush();
        _intervals++;
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>Reads a file that a running training may be writing; rows that cannot be understood are left out.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<UsageInterval> Read(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
        var intervals = new List<UsageInterval>();
        var stages = new List<StageCounts>();
        var step = -1L;
        while (reader.ReadLine() is { } line)
        {
            if (Row(line) is not { } row || row.Step < step) continue;
            if (row.Step != step)
            {
                if (stages.Count > 0) intervals.Add(new UsageInterval(step, stages));
                (step, stages) = (row.Step, []);
            }

            stages.Add(row.Counts);
        }

        if (stages.Count > 0) intervals.Add(new UsageInterval(step, stages));

        // The interval at the end may be in the middle of being written.
        if (intervals.Count > 1 && intervals[^1].Stages.Count < intervals[^2].Stages.Count) intervals.RemoveAt(intervals.Count - 1);
        return intervals;
    }

    /// <summary>Adds neighbours up, the pair of the fewest steps first, until so many are left.</summary>
    internal static IReadOnlyList<UsageInterval> Merged(IReadOnlyList<UsageInterval> intervals, int left)
    {
        var merged = intervals.ToList();
        while (merged.Count > Math.Max(1, left))
        {
            long Length(int i) => merged[i + 1].Step - (i == 0 ? 0 : merged[i - 1].Step);
            var shortest = Enumerable.Range(0, merged.Count - 1).MinBy(Length);
            merged[shortest] = Sum(merged[shortest], merged[shortest + 1]);
            merged.RemoveAt(shortest + 1);
        }

        return merged;
    }

    private static UsageInterval Sum(UsageInterval first, UsageInterval second) => new(second.Step, [.. second.Stages.Select(stage =>
    {
        var before = first.Stages.FirstOrDefault(s => s.Stage == stage.Stage && s.Counts.Count == stage.Counts.Count);
        return before is null ? stage : stage with { Used = Math.Max(before.Used, stage.Used), Counts = [.. before.Counts.Zip(stage.Counts, (a, b) => a + b)] };
    })]);

    private static long[] Binned(long[] counts)
    {
        if (counts.Length <= MaxBins) return counts;
        var bins = new long[MaxBins];
        for (var code = 0; code < counts.Length; code++) bins[(long)code * MaxBins / counts.Length] += counts[code];
        return bins;
    }

    private static void Write(TextWriter writer, UsageInterval interval)
    {
        foreach (var stage in interval.Stages)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{interval.Step},{stage.Stage},{stage.Codes},{stage.Used},"));
            writer.WriteLine(string.Join(' ', stage.Counts.Select(c => c.ToString(CultureInfo.InvariantCulture))));
        }
    }

    private static (long Step, StageCounts Counts)? Row(string line)
    {
        var fields = line.Split(',');
        if (fields.Length != 5 || !Whole(fields[0], out var step) || !Whole(fields[2], out var codes) || !Whole(fields[3], out var used)) return null;
        var text = fields[4].AsSpan();
        var counts = new List<long>(MaxBins);
        foreach (var range in text.Split(' '))
        {
            if (!Whole(text[range], out var count)) return null;
            counts.Add(count);
        }

        return counts.Count == Math.Min(codes, MaxBins) && used <= codes && codes <= int.MaxValue ? (step, new StageCounts(fields[1], (int)codes, (int)used, counts)) : null;
    }

    private static bool Whole(ReadOnlySpan<char> text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>Replaces the file in one go, and opens it for what follows.</summary>
    private StreamWriter Rewrite(IReadOnlyList<UsageInterval> intervals)
    {
        AtomicFile.Write(_path, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            writer.WriteLine(Header);
            foreach (var interval in intervals) Write(writer, interval);
        });
        _intervals = intervals.Count;
        return new StreamWriter(_path, append: true, new UTF8Encoding(false)) { NewLine = "\n" };
    }
}
