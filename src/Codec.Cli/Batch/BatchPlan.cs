using VqVae.CommandLine;
using VqVae.Models;

namespace VqVae.Codec.Cli.Batch;

/// <summary>What a run over a folder has to do.</summary>
/// <param name="Items">The files to do, in order.</param>
/// <param name="Skipped">Files of this shard that were done before.</param>
/// <param name="OtherShards">Files that belong to other shards.</param>
internal sealed record BatchPlan(IReadOnlyList<BatchItem> Items, int Skipped, int OtherShards)
{
    /// <summary>Paths of the results of all files of this shard, those that were done before, too.</summary>
    private IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Decides what is done.</summary>
    /// <param name="files">All files of the folder, those of other shards, too: names collide across them.</param>
    /// <param name="output">The folder for the results.</param>
    /// <param name="extension">Of the results, with its dot.</param>
    /// <param name="append">Whether the extension is added to the name and does not replace the one that it has.</param>
    /// <param name="shard">Which part is done.</param>
    /// <param name="force">Whether what was done before is done again.</param>
    /// <exception cref="UsageException">Two files would become one.</exception>
    public static BatchPlan Make(IReadOnlyList<FileEntry> files, string output, string extension, bool append, Shard shard, bool force)
    {
        ArgumentNullException.ThrowIfNull(files);

        // File systems of Windows and macOS take names that differ in case for the same.
        var names = new Dictionary<string, FileEntry>(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        var items = new List<BatchItem>();
        var outputs = new List<string>();
        var (skipped, others) = (0, 0);
        foreach (var file in files)
        {
            var relative = (append ? file.RelativePath : Path.ChangeExtension(file.RelativePath, null)) + extension;
            if (!names.TryAdd(relative, file))
                throw new UsageException($"{names[relative].RelativePath} and {file.RelativePath} would both become {relative}; rename one, or add --append, which makes it {file.RelativePath}{extension}");
            if (!shard.Contains(file.RelativePath))
            {
                others++;
                continue;
            }

            // Results are written beside their place and renamed, with the time of what they are made of: where there is one, it is complete.
            var target = new FileInfo(Path.Combine(output, relative));
            outputs.Add(target.FullName);
            if (!force && target.Exists && IsTimeOf(target.LastWriteTimeUtc, file.Modified)) skipped++;
            else items.Add(new BatchItem(file, Path.Combine(output, relative)));
        }

        return new BatchPlan(items, skipped, others) { Outputs = outputs };
    }

    /// <summary>
    /// Whether a result's time is that of its source. Coarse file systems round it, to two seconds (FAT), one, 10 ms (exFAT) or a microsecond.
    /// </summary>
    internal static bool IsTimeOf(DateTime result, DateTime source)
    {
        var rounding = result.Ticks switch
        {
            var ticks when ticks % TimeSpan.TicksPerSecond == 0 => TimeSpan.FromSeconds(2),
            var ticks when ticks % (10 * TimeSpan.TicksPerMillisecond) == 0 => TimeSpan.FromMilliseconds(10),
            _ => TimeSpan.FromMicroseconds(1),
        };
        return (result - source).Duration() <= rounding;
    }

    /// <summary>Removes what runs that were killed left of the files of this shard.</summary>
    public void RemoveLeftovers()
    {
        foreach (var folder in Outputs.GroupBy(path => Path.GetDirectoryName(path)!))
            AtomicFile.RemoveLeftovers(folder.Key, folder.Select(path => Path.GetFileName(path)));
    }
}
