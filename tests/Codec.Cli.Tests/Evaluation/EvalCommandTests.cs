using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using VqVae.Codec.Cli.Evaluation;
using VqVae.Codec.Cli.Evaluation.Report;
using VqVae.CommandLine;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests.Evaluation;

/// <summary><c>vqcodec eval</c> from the command line to the files of its report.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class EvalCommandTests(TinyModel model) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_PicturesOfSeveralKinds_WritesAReportThatAgreesWithItself()
    {
        var pictures = _folder["pictures"];
        Draw(Path.Combine(pictures, "first.png"), 168, 176, seed: 1);
        Draw(Path.Combine(pictures, "second.png"), 200, 161, seed: 2);
        using (var grey = Pictures.FromPixels([.. DrawnImage.Rgb(165, 165, 3).Where((_, i) => i % 3 == 1)], 1, 165, 165)) grey.Pngsave(Path.Combine(pictures, "third.png"));
        using var run = new InProcess();
        Assert.Equal(ExitCode.Ok, run.Run(["eval", pictures, "--model", model.Folder, "--out", _folder["out"], "--against", "jpeg,webp", "--effort", "fast"]));
        Assert.Contains("3 pictures of", run.Output, StringComparison.Ordinal);
        Assert.Contains("| 1 of 3 stages |", run.Output, StringComparison.Ordinal);
        Assert.Contains("report.html  open this", run.Output, StringComparison.Ordinal);

        var lines = File.ReadAllLines(Path.Combine(_folder["out"], "results.csv"));
        Assert.Equal(ResultsCsv.Header, lines[0]);
        var rows = lines.Skip(1).Select(l => l.Split(',')).ToArray();
        Assert.Equal(9, rows.Count(r => r[0] == "vq"));
        foreach (var codec in (string[])["jpeg", "webp"]) Assert.True(rows.Count(r => r[0] == codec && r[2] == "third.png") >= 2, codec);

        // The means of the JSON are those of the rows.
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder["out"], "results.json")));
        var codecs = json.RootElement.GetProperty("codecs");
        Assert.Contains("effort fast", codecs[0].GetProperty("settings").GetString(), StringComparison.Ordinal);
        foreach (var codec in codecs.EnumerateArray())
        {
            foreach (var point in codec.GetProperty("points").EnumerateArray())
            {
                var own = rows.Where(r => r[0] == codec.GetProperty("codec").GetString() && r[1] == point.GetProperty("setting").GetString()).ToArray();
                Assert.Equal(3, own.Length);
                Assert.Equal(own.Average(r => Number(r[6])), point.GetProperty("bits_per_pixel").GetDouble(), 1e-5);
                Assert.Equal(own.Average(r => Number(r[7])), point.GetProperty("psnr_rgb").GetDouble(), 1e-3);
                Assert.All(own, r => Assert.Equal(8 * Number(r[5]) / (Number(r[3]) * Number(r[4])), Number(r[6]), 1e-5));
            }

            Assert.True(codec.GetProperty("speed").GetProperty("encode_megapixels_per_second").GetDouble() > 0);
        }

        var html = File.ReadAllText(Path.Combine(_folder["out"], "report.html"));
        var page = XDocument.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        Assert.Equal(3 * 4, page.Descendants().Count(e => e.Name.LocalName == "img"));
        Assert.Equal(3, page.Descendants().Count(e => (string?)e.Attribute("type") == "range"));
        Assert.Empty(Directory.GetFiles(_folder["out"]).Select(p => Path.GetFileName(p)!).Except(ReportFolder.FileNames));
    }

    [Fact]
    public void Run_ModelWithAMapOfQualities_MeasuresThoseThatAreNamed()
    {
        Draw(Path.Combine(_folder["pictures"], "a.png"), 170, 161, seed: 4);
        using var run = new InProcess();
        Assert.Equal(ExitCode.Ok, run.Run(["eval", _folder["pictures"], "--model", WithMap(), "--against", "jpeg", "--qualities", "90,10,50", "--out", _folder["out"]]));
        Assert.Contains("qualities from the model's map", run.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder["out"], "results.json")));
        var codecs = json.RootElement.GetProperty("codecs");
        Assert.Equal(["10", "50", "90"], codecs[0].GetProperty("points").EnumerateArray().Select(p => p.GetProperty("setting").GetString()));

        // The default quality of the map is 60: the nearest that was measured is shown. JPEG goes on until its file is as large.
        Assert.Equal("50", json.RootElement.GetProperty("shown_setting").GetString());
        Assert.True(json.RootElement.GetProperty("pictures")[0].TryGetProperty("loss_db", out _));
    }

    [Fact]
    public void Run_NoCodecsAndNoFolder_PrintsTheModelAlone()
    {
        Draw(Path.Combine(_folder["pictures"], "only.png"), 161, 161, seed: 1);
        using var run = new InProcess();
        Assert.Equal(ExitCode.Ok, run.Run(["eval", _folder["pictures"], "--model", model.Folder, "--against", "none"]));
        Assert.Contains("1 picture of", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("BD-rate", run.Output, StringComparison.Ordinal);
        Assert.Equal([_folder["pictures"]], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Run_PicturesThatCannotBeMeasured_AreNamedAndLeftOut()
    {
        var pictures = _folder["pictures"];
        Draw(Path.Combine(pictures, "good.png"), 162, 170, seed: 1);
        Draw(Path.Combine(pictures, "small.png"), 160, 300, seed: 1);
        File.WriteAllText(Path.Combine(pictures, "broken.jpg"), "no picture");
        using var run = new InProcess();
        Assert.Equal(ExitCode.SomeFailed, run.Run(["eval", pictures, "--model", model.Folder, "--against", "jpeg", "--out", _folder["out"]]));
        Assert.Contains("small.png: 160x300 is too small for MS-SSIM, which needs 161 pixels a side", run.Error, StringComparison.Ordinal);
        Assert.Contains("broken.jpg: not a PNG, JPEG, WebP or TIFF picture", run.Error, StringComparison.Ordinal);
        Assert.Contains("2 of 3 files failed", run.Error, StringComparison.Ordinal);
        var html = File.ReadAllText(Path.Combine(_folder["out"], "report.html"));
        Assert.Contains("left out: broken.jpg", html, StringComparison.Ordinal);
        Assert.Contains("left out: small.png", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NothingToMeasure_IsOneLine()
    {
        Directory.CreateDirectory(_folder["empty"]);
        AssertFails(ExitCode.Failed, "expected PNG, JPEG, WebP or TIFF files; --recursive looks into folders inside folders, too", _folder["empty"], "--model", model.Folder);
        AssertFails(ExitCode.Failed, "there is no folder", _folder["nowhere"], "--model", model.Folder);
        Draw(Path.Combine(_folder["small"], "a.png"), 40, 40, seed: 1);
        AssertFails(ExitCode.Failed, "can be measured; a.png: 40x40 is too small for MS-SSIM", _folder["small"], "--model", model.Folder, "--out", _folder["out"]);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void Run_QualitiesOfAModelWithoutAMap_AreRefused()
    {
        Draw(Path.Combine(_folder["pictures"], "a.png"), 161, 161, seed: 1);
        AssertFails(ExitCode.Usage, "--qualities: the model has no map of qualities", _folder["pictures"], "--model", model.Folder, "--qualities", "10,20");
    }

    [Theory]
    [InlineData("there is no codec 'jepg', only jpeg, webp, avif; did you mean jpeg?", "--against", "jepg")]
    [InlineData("--qualities: expected numbers from 1 to 100 with commas between, such as 10,50,90, got '0'", "--qualities", "0")]
    [InlineData("--qualities: expected numbers from 1 to 100 with commas between, such as 10,50,90, got 'high'", "--qualities", "10,high")]
    [InlineData("--qualities: 10 is given twice", "--qualities", "10,20,10")]
    [InlineData("--effort: expected fast, normal or best, got 'most'", "--effort", "most")]
    [InlineData("--jobs: expected 1 to 1024, got 0", "--jobs", "0")]
    [InlineData("--quiet without --out leaves nothing of the work", "--quiet")]
    [InlineData("--out: the folder's name is empty", "--out", "")]
    public void Run_WrongOption_IsOneLineAndExitCode2(string expected, params string[] options) => AssertFails(ExitCode.Usage, expected, ["pictures", .. options]);

    [Fact]
    public void Run_FolderThatHoldsOtherFiles_IsRefusedBeforeTheWork()
    {
        Directory.CreateDirectory(_folder["out"]);
        File.WriteAllText(Path.Combine(_folder["out"], "mine.txt"), "");
        AssertFails(ExitCode.Failed, "holds other files (mine.txt)", _folder["nowhere"], "--out", _folder["out"]);
    }

    [Fact]
    public void Run_Stopped_LeavesNothing()
    {
        Draw(Path.Combine(_folder["pictures"], "a.png"), 161, 161, seed: 1);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        using var run = new InProcess();
        Assert.Equal(ExitCode.Cancelled, run.Run(["eval", _folder["pictures"], "--model", model.Folder, "--out", _folder["out"]], cancellationToken: stop.Token));
        Assert.False(Directory.Exists(_folder["out"]));
    }

    /// <summary>The model with a map that takes one stage up to quality 30, two up to 60, then three.</summary>
    private string WithMap()
    {
        var folder = Directory.CreateDirectory(_folder["mapped"]).FullName;
        foreach (var file in Directory.GetFiles(model.Folder)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var path = Path.Combine(folder, "model.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        var levels = Enumerable.Range(1, 100).Select(q => (JsonNode)new JsonObject
        {
            ["rate_point"] = 0,
            ["stages"] = Math.Min(3, 1 + ((q - 1) / 30)),
            ["lambda"] = 0,
            ["psnr"] = 20 + (0.1 * q),
            ["bits_per_pixel"] = 0.01 * q,
        });
        manifest["quality"] = new JsonObject { ["default"] = 60, ["levels"] = new JsonArray([.. levels]) };
        File.WriteAllText(path, manifest.ToJsonString());
        return folder;
    }

    private static void AssertFails(int exitCode, string expected, params string[] arguments)
    {
        using var run = new InProcess();
        Assert.Equal(exitCode, run.Run(["eval", .. arguments]));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\r', '\n').Split('\n'));
        Assert.Empty(run.Output);
    }

    private static void Draw(string path, int width, int height, int seed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var image = Pictures.FromPixels(DrawnImage.Rgb(width, height, seed), 3, width, height);
        image.Pngsave(path);
    }

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
