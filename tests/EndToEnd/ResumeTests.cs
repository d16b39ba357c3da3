using System.Diagnostics;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

public class ResumeTests
{
    private static readonly string[] Options =
    [
        "--preset", "small", "--hidden", "16", "--embedding-dim", "16", "--residual-blocks", "1", "--codes", "32", "--stages", "2", "--crop", "32", "--batch", "2",
        "--lr", "2e-4", "--steps", "160", "--seed", "9", "--device", "cpu", "--threads", "1", "--report-every", "4", "--samples-every", "300", "--validate-every", "300",
    ];

    [Fact]
    public void Fit_InterruptedAndResumed_ReachesTheWeightsOfAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        Picture.SaveTrainingSet(folder["pictures"], count: 8);
        string[] fit = ["fit", "--data", folder["pictures"], .. Options];

        var whole = ToolProcess.Run("trainer", [.. fit, "--out", folder["whole"]]);
        Assert.True(whole.ExitCode == 0, whole.ToString());

        using (var process = ToolProcess.Start("trainer", [.. fit, "--out", folder["parts"]]))
        {
            WaitForSteps(Path.Combine(folder["parts"], "metrics.csv"));
            process.Interrupt();
            var interrupted = process.WaitForExit();
            Assert.True(interrupted.ExitCode == 130, interrupted.ToString());
        }

        Assert.NotEqual(Weights(folder["whole"]), Weights(folder["parts"]));
        var resumed = ToolProcess.Run("trainer", ["fit", "--out", folder["parts"], "--resume", "--report-every", "4"]);
        Assert.True(resumed.ExitCode == 0, resumed.ToString());

        Assert.Equal(Weights(folder["whole"]), Weights(folder["parts"]));

        // The same rows, and one more where the run was stopped unless that step reports anyway.
        var (expected, rows) = (Steps(folder["whole"]), Steps(folder["parts"]));
        Assert.Empty(expected.Except(rows));
        Assert.InRange(rows.Except(expected).Count(), 0, 1);
        Assert.Equal(rows.Distinct(), rows);
    }

    /// <summary>Waits until a run has done some steps, so that it is interrupted in the middle.</summary>
    private static List<string> Steps(string run) => [.. File.ReadLines(Path.Combine(run, "metrics.csv")).Skip(1).Select(row => row.Split(',')[0])];

    private static void WaitForSteps(string metrics)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(metrics) || ReadShared(metrics).Count(c => c == '\n') < 6)
        {
            if (clock.Elapsed > ToolProcess.DefaultTimeout) throw new TimeoutException($"{metrics} does not grow");
            Thread.Sleep(10);
        }
    }

    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>A digest of every tensor, by name.</summary>
    private static string[] Weights(string run) =>
    [
        .. SafetensorsFile.Load(Path.Combine(run, Checkpoint.FileName)).Tensors.OrderBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => $"{t.Key} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(t.Value.Data.Span))}"),
    ];
}
