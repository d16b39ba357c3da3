using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>
/// The pictures of a folder from file to file, by vqcodec and by the tools of other codecs that are there: wall time of whole processes, as ratios of one run's interleaved medians.
/// </summary>
internal static class CodecsQuick
{
    private const int Rounds = 5;

    /// <summary>Processes at a time for tools of one thread, and threads of the others.</summary>
    private const int Workers = 2;

    public static int Run(string[] args)
    {
        if (BenchmarkArguments.Parse(args, "codecs DIR [--vqcodec PATH]", names: 1, "--vqcodec") is not { } given) return 2;
        var files = BenchmarkPictures.Files(given.Names[0]);
        if (files.Count == 0)
        {
            Console.Error.WriteLine($"there is no PNG or JPEG in '{given.Names[0]}'");
            return 1;
        }

        using var folder = new TemporaryFolder();
        var vqcodec = Tool.At(given["--vqcodec"] ?? Path.Combine(AppContext.BaseDirectory, "vqcodec.dll"));
        var runs = new List<CodecRun>
        {
            new("vqcodec compress, fast", folder["fast"], output => vqcodec.Run("compress", given.Names[0], "-o", output, "--effort", "fast", "--quiet")),
            new("vqcodec compress, dense", folder["dense"], output => vqcodec.Run("compress", given.Names[0], "-o", output, "--quiet")),
            new("vqcodec decompress, fast", folder["fast-png"], output => vqcodec.Run("decompress", folder["fast"], "-o", output, "--quiet")),
            new("vqcodec decompress, dense", folder["dense-png"], output => vqcodec.Run("decompress", folder["dense"], "-o", output, "--quiet")),
        };
        Add("cwebp", "-m 4", "webp", (tool, from, to) => tool.Run("-quiet", "-m", "4", from, "-o", to), Workers, files);
        Add("avifenc", "-s 6 -j 2", "avif", (tool, from, to) => tool.Run("-s", "6", "-j", "2", from, to), 1, files);
        if (runs.Exists(r => r.Tool == "avifenc")) Add("avifdec", "-j 2", "png", (tool, from, to) => tool.Run("-j", "2", from, to), 1, [.. files.Select(f => Target(folder["avifenc"], f, "avif"))]);

        Machine();
        var megapixels = files.Select(BenchmarkPictures.Load).Sum(p => (double)p.Width * p.Height) / 1e6;
        Line($"{files.Count} pictures, {megapixels:F1} megapixels, median of {Rounds} interleaved rounds\n");

        // Emptying the folders takes turns with the rest and does not count.
        var times = Timing.Medians(Rounds, [.. runs.SelectMany(r => new Action[] { r.Clear, r.Run })]).Where((_, i) => i % 2 == 1).ToArray();
        for (var i = 0; i < runs.Count; i++) Line($"{runs[i].Name,-26} {times[i],6:F2} s, {megapixels / times[i],6:F2} MP/s; {runs[i].OutputBytes(files.Count) / 1e6,6:F2} MB");

        Line($"");
        var right = Compare("vqcodec compress, fast", "cwebp", 1.5) & Compare("vqcodec compress, dense", "cwebp", 0.5) & Compare("vqcodec compress, fast", "avifenc", 8)
            & Compare("vqcodec decompress, fast", "avifdec", 2) & Compare("vqcodec decompress, dense", "avifdec", 2);
        return right ? 0 : 1;

        void Add(string name, string settings, string extension, Action<Tool, string, string> run, int workers, IReadOnlyList<string> inputs)
        {
            if (Tool.Find(name) is not { } tool)
            {
                Console.Error.WriteLine($"{name} is not on the PATH and is left out");
                return;
            }

            runs.Add(new CodecRun($"{name} {settings}", folder[name], output => Parallel.ForEach(
                inputs, new ParallelOptions { MaxDegreeOfParallelism = workers }, input => run(tool, input, Target(output, input, extension)))));
        }

        bool Compare(string ours, string tool, double target)
        {
            var other = runs.FindIndex(r => r.Tool == tool);
            if (other < 0) return true;
            var ratio = times[other] / times[runs.FindIndex(r => r.Name == ours)];
            Line($"{ours,-26} {ratio,6:F2} times as fast as {runs[other].Name} (target {target:0.#})");
            return ratio >= target;
        }
    }

    private static string Target(string folder, string file, string extension) => Path.Combine(folder, Path.GetFileNameWithoutExtension(file) + "." + extension);
}
