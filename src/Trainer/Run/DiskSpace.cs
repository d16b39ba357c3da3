using VqVae.Models;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Run;

/// <summary>What a run will put on the disk, and whether it has room.</summary>
internal static class DiskSpace
{
    /// <summary>ENOSPC, EDQUOT on Linux and macOS, ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.</summary>
    private static readonly int[] FullResults = [28, 122, 69, unchecked((int)0x80070027), unchecked((int)0x80070070)];

    /// <summary>Whether a write failed for want of space.</summary>
    public static bool IsFull(Exception e) => FullResults.Contains(e.HResult);

    /// <summary>Bytes that may be written below a path, or <c>null</c> where the system does not say.</summary>
    public static long? Free(string path)
    {
        try
        {
            var folder = Path.GetFullPath(path);
            while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) folder = parent;
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Refuses to begin a run that would find its disk full.</summary>
    /// <param name="folder">The run folder, which may not exist yet.</param>
    /// <param name="needs">What will be written.</param>
    /// <param name="free">What <see cref="Free"/> said.</param>
    /// <param name="warn">Told where nobody knows how much is free.</param>
    /// <exception cref="IOException">There is less; the message has the numbers.</exception>
    public static void Check(RunFolder folder, DiskNeeds needs, long? free, Action<string> warn)
    {
        if (free is null) warn($"how much space is free for '{folder.Path}' is unknown; the run needs up to {needs}");
        else if (free < needs.Total) throw new IOException($"'{folder.Path}' has {free} bytes free, and the run needs up to {needs}; make room, or choose another --out");
    }
}

/// <summary>Bytes that a run still writes, at most.</summary>
/// <param name="States">How many copies of the state are yet to be made: two, one of which is being written while the other is kept, or one where the other is there already.</param>
/// <param name="StateBytes">Bytes of a state.</param>
/// <param name="Weights">Bytes of all kept weights.</param>
/// <param name="Samples">Bytes of all pictures, as if they did not compress.</param>
internal sealed record DiskNeeds(int States, long StateBytes, long Weights, long Samples)
{
    /// <summary>Weights of the best step (one copy being written), beside those that are kept every some steps.</summary>
    private const int BestCopies = 2;

    private const int SampleSquares = 24;

    public long Total => (States * StateBytes) + Weights + Samples;

    /// <summary>The needs of a run from a position to its end; of one that is limited by time, those that do not grow with its steps.</summary>
    public static DiskNeeds Of(RunSettings settings, FitOptions options, TrainingStep trained, RunPosition position)
    {
        var left = settings.Minutes is null ? Math.Max(0, settings.Training.Steps - position.Step) : 0;
        var weights = sizeof(float) * ModelTensors.For(settings.Model).Sum(t => t.Shape.Aggregate(1L, (product, n) => product * n));
        var kept = BestCopies + (options.KeepEvery > 0 ? left / options.KeepEvery : 0);
        var picture = SampleSquares * 3L * settings.Training.ImageSize * settings.Training.ImageSize;
        return new DiskNeeds(options.Resume ? 1 : 2, TrainingState.Bytes(trained), kept * weights, ((left / options.SamplesEvery) + 1) * picture);
    }

    public override string ToString() =>
        $"{Total} bytes: {(States == 1 ? "a saved state" : $"{States} saved states")} of {StateBytes}, kept weights of {Weights} and samples of {Samples}";
}
