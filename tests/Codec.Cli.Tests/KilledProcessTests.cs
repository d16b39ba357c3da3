using System.Diagnostics;
using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Codec.Cli.Tests.VqCodecTool;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Killed at any moment, a run leaves complete files or none, and the next one completes the rest.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class KilledProcessTests(TinyModel model)
{
    [Fact]
    public void Compress_KilledAtRandomTimes_LeavesWholeFilesAndARerunCompletes()
    {
        const int Files = 60, Kills = 8;
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        for (var i = 0; i < Files; i++)
        {
            // Large enough that being written takes a while.
            using var image = Pictures.FromPixels(DrawnImage.Rgb(400, 300, seed: i), 3, 400, 300);
            File.WriteAllBytes(folder[$"in/p{i:00}.png"], image.PngsaveBuffer(compression: 1));
        }

        string[] command = ["compress", "in", "-o", "out", "--jobs", "4"];
        var random = new Random(11);
        var counts = new List<int>();

        // The first run, unhindered until it has written something, says how long starting takes here.
        var start = Stopwatch.StartNew();
        using (var process = ToolProcess.Start("vqcodec", command, Environment(model.Folder), folder.Path))
        {
            while (Finished(folder).Length == 0)
            {
                Assert.True(start.Elapsed < ToolProcess.DefaultTimeout, "nothing is written");
                Thread.Sleep(1);
            }

            process.Kill();
        }

        var starting = start.ElapsedMilliseconds;
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var process = ToolProcess.Start("vqcodec", command, Environment(model.Folder), folder.Path))
            {
                Thread.Sleep((int)((starting * 0.7) + (starting * 0.5 * random.NextDouble())));
                process.Kill();
            }

            var finished = Finished(folder);
            foreach (var path in finished) VqFile.Verify(File.ReadAllBytes(path));
            counts.Add(finished.Length);

            // What is not finished is recognisable.
            Assert.All(Directory.GetFiles(folder["out"]), path => Assert.Matches(@"(^p\d\d\.vq|^\.[0-9a-f]{16}-[0-9a-f]{16}\.tmp)$", Path.GetFileName(path)));
            if (finished.Length == Files) break;
        }

        Assert.Equal(counts.Order(), counts);
        Succeed(Run(model, folder, [.. command, "--quiet"]));

        // Whole files alone: what the killed runs left is gone, too.
        Assert.Equal(Enumerable.Range(0, Files).Select(i => $"p{i:00}.vq"), Names(folder["out"]));
        foreach (var path in Finished(folder)) VqFile.Verify(File.ReadAllBytes(path));
    }

    private static string[] Finished(TemporaryFolder folder) => Directory.Exists(folder["out"]) ? Directory.GetFiles(folder["out"], "*.vq") : [];
}
