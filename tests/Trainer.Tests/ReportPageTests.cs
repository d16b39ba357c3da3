using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using VqVae.Trainer.Seeing.Report;
using VqVae.Trainer.Training;
using static VqVae.Trainer.Tests.ReportRun;

namespace VqVae.Trainer.Tests;

public class ReportPageTests
{
    private static readonly XNamespace Html = "http://www.w3.org/1999/xhtml";
    private static readonly XNamespace None = XNamespace.None;

    /// <summary>Two planes of 13 and 10 stages.</summary>
    private static RunSettings TwoPlanes { get; } = Settings with
    {
        Model = Settings.Model with { Architecture = Architecture.LumaChroma, EmbeddingDim = 52, Codes = 256, Stages = 13, ChromaDim = 40, ChromaStages = 10 },
    };

    [Fact]
    public void Write_WholeRun_IsWellFormedAndHasEverySection()
    {
        using var folder = new TemporaryFolder();
        var run = WholeRun(folder["run"], Settings);
        RunReport.Write(run);
        var page = Parse(File.ReadAllText(Path.Combine(run.Path, "report.html")));
        Assert.Equal(
            ["verdict", "curves", "samples", "codebooks", "configuration"],
            page.Descendants(Html + "section").Select(s => (string)s.Attribute("aria-labelledby")!));
        Assert.Equal(
            ["Losses", "Training and validation", "Validation PSNR", "Validation MS-SSIM", "Rate", "Learning rate", "Gradient norm", "Speed", "Perplexity", "Used codes"],
            page.Descendants(Html + "figure").Where(f => (string?)f.Attribute("class") == "chart").Select(f => f.Descendants(Html + "h3").Single().Value));
        Assert.Equal(["There is no environment.json."], Notices(page));
        Assert.Empty(Directory.EnumerateFiles(run.Path, "*.tmp"));
    }

    [Fact]
    public void Compose_WholeRun_RefersToNothingOutside()
    {
        using var folder = new TemporaryFolder();
        var html = Compose(WholeRun(folder["run"], Settings));
        var page = Parse(html);
        var references = page.Descendants().Attributes().Where(a => a.Name.LocalName is "src" or "href" or "srcset" or "action" or "data" or "poster").Select(a => a.Value).ToArray();
        Assert.NotEmpty(references);
        Assert.All(references, r => Assert.Matches("^(#[a-z]+|data:image/png;base64,)", r));
        Assert.All(Regex.Matches(html, @"url\(([^)]{0,30})").Select(m => m.Groups[1].Value), url => Assert.StartsWith("data:image/png;base64,", url, StringComparison.Ordinal));
        Assert.Single(Regex.Matches(html, "https?:"));
        foreach (var word in (string[])["@import", "fetch(", "XMLHttpRequest", "import(", "WebSocket", "sendBeacon"]) Assert.DoesNotContain(word, html, StringComparison.Ordinal);
        Assert.Empty(page.Descendants(Html + "link"));
        Assert.StartsWith("default-src 'none'", (string)page.Descendants(Html + "meta").Single(m => m.Attribute("http-equiv") is not null).Attribute("content")!, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_NamesThatLookLikeMarkup_StayText()
    {
        using var folder = new TemporaryFolder();
        const string Evil = "\"><script>alert('1')</script><img src=x onerror=alert(2)>&amp;\u0001";
        var settings = Settings with { Preset = Evil, Data = "photos " + Evil.Replace("/", "", StringComparison.Ordinal) };
        var run = WholeRun(folder["run <b onclick=x>"], settings);
        var metrics = File.ReadAllText(run.Metrics);
        File.WriteAllText(run.Metrics, metrics.Replace("perplexity_1,used_codes_1", "perplexity_<i title='x'>_1,used_codes_<i title='x'>_1", StringComparison.Ordinal));
        File.AppendAllText(Path.Combine(run.Path, "usage.csv"), "9000,<svg onload=alert(3)>,2,1,1 1\n9000,2,2,1,1 1\n9000,3,2,1,1 1\n9000,4,2,1,1 1\n");
        File.WriteAllText(Path.Combine(run.Path, "environment.json"), """{"<script>alert(4)</script>": ["</td></table><script>", null, {"a": 1}]}""");
        var page = Parse(Compose(run));
        Assert.Single(page.Descendants(Html + "script"));
        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "b" or "i");
        Assert.DoesNotContain(page.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Contains("\"><script>alert('1')</script>", page.Root!.Value, StringComparison.Ordinal);
        Assert.Contains("stage <svg onload=alert(3)>", page.Root.Value, StringComparison.Ordinal);
        Assert.Contains("<script>alert(4)</script>", page.Root.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_DataFolder_IsNamedWithoutItsPath()
    {
        using var folder = new TemporaryFolder();
        var run = Write(folder["run"], [Progress(20)], Settings with { Data = "/home/somebody/pictures/holiday/" });
        var html = Compose(run);
        Assert.Contains("holiday", html, StringComparison.Ordinal);
        Assert.DoesNotContain("somebody", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_HundredThousandRows_StaysSmall()
    {
        using var folder = new TemporaryFolder();
        var run = Write(folder["run"], [], Settings);
        var text = new StringBuilder(File.ReadAllText(run.Metrics));
        for (var i = 1; i <= 100_000; i++)
        {
            var noise = (i * 7919L % 1000) / 1000.0;
            text.Append(CultureInfo.InvariantCulture, $"{20 * i},1,{5 * i},32,0.0005,{0.012 + (0.001 * noise)},{0.008 + (0.001 * noise)},0.1,{0.016 + (0.001 * noise)},0.4,{0.01 * (1 + noise)},27,");
            for (var stage = 0; stage < 4; stage++) text.Append(CultureInfo.InvariantCulture, $"{300 + (10 * noise)},{0.9 + (0.1 * noise)},");
            text.Append(i % 10 == 0 ? "0.008,0.95,0.4,25,26,27,28\n" : ",,,,,,\n");
        }

        File.WriteAllText(run.Metrics, text.ToString());
        var html = Compose(run);
        Assert.InRange(html.Length, 50_000, 1_000_000);
        Assert.Contains("2,000,000", html, StringComparison.Ordinal);
        Parse(html);
    }

    [Fact]
    public void Compose_TwoPlanesOfManyStages_ShowsEachAndStaysSmall()
    {
        using var folder = new TemporaryFolder();
        var run = WholeRun(folder["run"], TwoPlanes, rows: 2000);
        var html = Compose(run);
        var page = Parse(html);
        var titles = page.Descendants(Html + "h3").Select(h => h.Value).ToArray();
        foreach (var title in (string[])["Perplexity, luma", "Used codes, luma", "Perplexity, chroma", "Used codes, chroma"]) Assert.Contains(title, titles);
        Assert.Equal(23, page.Descendants(Html + "h4").Count(h => h.Value.StartsWith("stage ", StringComparison.Ordinal)));
        var withoutPictures = Regex.Replace(html, "data:image/png;base64,[A-Za-z0-9+/=]+", "");
        Assert.InRange(withoutPictures.Length, 100_000, 2_000_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Compose_OneStageAndFewRows_Works(int rows)
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { Model = Settings.Model with { Stages = 1 } };
        var run = Write(folder["run"], Enumerable.Range(1, rows).Select(i => Progress(20 * i, settings) with { Validation = Validation(25, settings) }), settings);
        var page = Parse(Compose(run));
        Assert.Contains("Too early to tell", page.Descendants(Html + "title").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_CellsThatAreNoNumbers_AreLeftOutOfTheCurves()
    {
        using var folder = new TemporaryFolder();
        var run = Write(folder["run"], Enumerable.Range(1, 30).Select(i => Progress(i) with { Loss = double.NaN, GradientNorm = double.PositiveInfinity, Commitment = 0, Reconstruction = i == 7 ? double.NaN : 0.01 }), Settings);
        var html = Compose(run);
        Parse(html);
        Assert.DoesNotMatch(@"[ML,\s]NaN|Infinity|∞", Regex.Replace(html, "<script>.*</script>", "", RegexOptions.Singleline));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\u0001\n\n\n")]
    [InlineData("step,step\n1,2\n")]
    [InlineData("step,loss,perplexity_1,validation_psnr_1\nx,,,\n1\n-5,1,1,1\n3,nan,inf,1e999\n2,1,1,1\n4,1,1,1,1\n5,1")]
    public void Compose_DamagedMetrics_IsANotice(string metrics)
    {
        using var folder = new TemporaryFolder();
        var run = WholeRun(folder["run"], Settings);
        File.WriteAllText(run.Metrics, metrics);
        Assert.Contains(Notices(Parse(Compose(run))), n => n.Contains("metrics.csv", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("run.json", "{")]
    [InlineData("run.json", "[1,2]")]
    [InlineData("run.json", """{"preset":"\ud800","model":{"\udfff":1}}""")]
    [InlineData("environment.json", "null")]
    [InlineData("samples/step-0000600.png", "no picture")]
    public void Compose_DamagedFile_IsANoticeWithoutThePath(string name, string content)
    {
        using var folder = new TemporaryFolder();
        var run = WholeRun(folder["run"], Settings);
        File.WriteAllText(Path.Combine(run.Path, name), content);
        var html = Compose(run);
        Assert.Contains(Notices(Parse(html)), n => n.Contains(Path.GetFileName(name), StringComparison.Ordinal));
        Assert.DoesNotContain(folder.Path, html, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_CutPicture_IsANotice()
    {
        using var folder = new TemporaryFolder();
        var run = WholeRun(folder["run"], Settings);
        var bytes = File.ReadAllBytes(run.Samples(600));
        File.WriteAllBytes(run.Samples(600), bytes[..(bytes.Length / 2)]);
        Assert.Contains(Notices(Parse(Compose(run))), n => n.StartsWith("step-0000600.png cannot be shown", StringComparison.Ordinal));
    }

    [Fact]
    public void Compose_EmptyFolder_IsNoticesOnly()
    {
        using var folder = new TemporaryFolder();
        var page = Parse(Compose(new RunFolder(folder.Path)));
        Assert.Equal(6, Notices(page).Length);
        Assert.Contains("Nothing has been reported yet", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_Samples_HaveASliderAnImageAndTheLatestPictureOnce()
    {
        using var folder = new TemporaryFolder();
        var run = WholeRun(folder["run"], Settings);
        WriteSamples(run, 9999, columns: 3, rows: 3);
        var html = Compose(run);
        var page = Parse(html);
        var sliders = page.Descendants(Html + "input").Where(i => (string?)i.Attribute("type") == "range").ToArray();
        Assert.Equal(3, sliders.Length);
        Assert.All(sliders, s => Assert.Contains("Image", (string)s.Attribute("aria-label")!, StringComparison.Ordinal));
        Assert.Single(Regex.Matches(html, Regex.Escape(Convert.ToBase64String(File.ReadAllBytes(run.Samples(600))))));

        // The picture of a step that the run was resumed from before is of no step of this run.
        Assert.DoesNotContain("step 9,999", html, StringComparison.OrdinalIgnoreCase);
        var second = page.Descendants(Html + "div").Where(d => ((string?)d.Attribute("class"))?.Contains("decoded", StringComparison.Ordinal) == true).ElementAt(1);
        Assert.Equal(("background-position:50% 100%", "50%", "100%"), ((string)second.Attribute("style")!, (string)second.Attribute(None + "data-1")!, (string)second.Attribute(None + "data-2")!));
    }

    [Fact]
    public void Earlier_ManyPictures_AreSpreadFromTheFirst()
    {
        SampleFile[] files = [.. Enumerable.Range(1, 41).Select(i => new SampleFile(i, ""))];
        Assert.Equal([1, 8, 16, 24, 32, 40], SamplePictures.Earlier(files).Select(f => f.Step));
        Assert.Equal([1, 2], SamplePictures.Earlier(files[..3]).Select(f => f.Step));
        Assert.Empty(SamplePictures.Earlier(files[..1]));
    }

    [Fact]
    public void Read_LargePicture_IsScaledDown()
    {
        using var folder = new TemporaryFolder();
        var pixels = new byte[2048 * 1024 * 3];
        new Random(1).NextBytes(pixels);
        VipsImages.WritePng(folder["step-1.png"], pixels, 2048, 1024);
        var picture = SamplePictures.Read(new SampleFile(1, folder["step-1.png"]), side: 512);
        Assert.Equal((4, 2, 512, 2), (picture.Columns, picture.Rows, picture.Side, picture.Scale));
        Assert.InRange(picture.Png.Length, 1, 4 << 20);
    }

    private static string Compose(RunFolder run) => RunReport.Compose(run, DateTimeOffset.UnixEpoch).Html;

    private static XDocument Parse(string html) => XDocument.Parse(html);

    private static string[] Notices(XDocument page) => [.. page.Descendants(Html + "p").Where(p => (string?)p.Attribute("class") == "notice").Select(p => p.Value)];

    /// <summary>A run folder with rows, validations, code counts and pictures up to step 600 or a multiple.</summary>
    private static RunFolder WholeRun(string path, RunSettings settings, int rows = 60)
    {
        var run = Write(path, Enumerable.Range(1, rows).Select(i => Progress(10 * i, settings) with { Rate = 0.4, Validation = i % 10 == 0 ? Validation(25 + (0.001 * i), settings) : null }), settings);
        using (var usage = new UsageFile(run.Usage, resumeFrom: 0))
        {
            var counts = new float[settings.Model.Codes];
            for (var i = 0; i < counts.Length; i++) counts[i] = 1000 / (i + 1);
            for (var i = 1; i <= 6; i++)
            {
                usage.Count([.. Names(settings).Select(name => new StageUsage(name, 0, 0, counts))]);
                usage.EndInterval(rows * 10 / 6 * i);
            }
        }

        WriteSamples(run, 200, columns: 3, rows: 3);
        WriteSamples(run, 600, columns: 3, rows: 3);
        return run;
    }
}
