using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using VqVae.Codec.Cli.Evaluation;
using VqVae.Codec.Cli.Evaluation.Report;

namespace VqVae.Codec.Cli.Tests.Evaluation;

/// <summary>What an evaluation says of given results: means, losses, CSV, JSON, page and charts.</summary>
public sealed class EvaluationResultTests
{
    private static readonly (int Bytes, double Psnr)[] Model = [(1000, 24), (2000, 27), (4000, 30)];

    /// <summary>Twice the bytes of the model for the same PSNR, and a point beyond at either end.</summary>
    private static readonly (int Bytes, double Psnr)[] TwiceAsLarge = [(1000, 21), (2000, 24), (4000, 27), (8000, 30), (16000, 33)];

    private static EvaluationResult Result => FakeCodec.Evaluation(Model, TwiceAsLarge);

    [Fact]
    public void SettingResult_PicturesOfDifferentSizes_AveragesPicturesAndNotPixels()
    {
        var quality = FakeCodec.Results(new FakeCodec("x", "X"), [(1, 20)], 1).Settings[0].Quality;
        var setting = new SettingResult(1, "1", [new PictureResult(100, 0.5, quality), new PictureResult(1000, 0.1, quality with { PsnrRgb = 30 })]);
        Assert.Equal(0.3, setting.BitsPerPixel, 1e-12);
        Assert.Equal(25, setting.Quality.PsnrRgb, 1e-12);
    }

    [Fact]
    public void Delta_HalfTheBytes_IsMinusFiftyPercent()
    {
        var delta = Result.Delta(Result.Classical[0], QualityMeasure.PsnrRgb)!;
        Assert.Equal(-50, delta.Percent, 0.2);
        Assert.Equal((24.5, 30.5), (delta.Low, delta.High));
    }

    [Fact]
    public void Loss_AtTheSizeOfTheModelsFile_IsReadOffThePicturesOwnCurve()
    {
        // 2000 bytes: the model has 27 dB, the other codec 24.
        var loss = Result.Loss(0)!.Value;
        Assert.Equal(-3, loss.Loss, 1e-9);
        Assert.Equal("jpeg", loss.Best.Codec.Key);
    }

    [Fact]
    public void Loss_SizeThatNoCodecHas_IsNone()
    {
        var result = FakeCodec.Evaluation(Model, [(3000, 25), (6000, 28)]);
        Assert.Null(result.Loss(0));
        Assert.Equal([0, 1], result.WorstFirst());
    }

    [Fact]
    public void WorstFirst_Pictures_AreInTheOrderOfTheLoss()
    {
        var result = Result;
        var second = result.Classical[0].Settings.Select(s => s with { Pictures = [s.Pictures[0], s.Pictures[1] with { Quality = s.Pictures[1].Quality with { PsnrRgb = s.Pictures[1].Quality.PsnrRgb + 5 } }] });
        result = result with { Classical = [result.Classical[0] with { Settings = [.. second] }] };
        Assert.Equal([1, 0], result.WorstFirst());
        Assert.Equal(2, result.Loss(1)!.Value.Loss, 1e-9);
    }

    [Fact]
    public void Csv_ReadBack_HasEveryMeasurement()
    {
        var lines = ResultsCsv.Of(Result).TrimEnd('\n').Split('\n');
        Assert.Equal(ResultsCsv.Header, lines[0]);
        Assert.Equal(1 + (2 * (Model.Length + TwiceAsLarge.Length)), lines.Length);
        Assert.StartsWith("vq,q1,\"a,\"\"b\"\".png\",200,200,1000,0.2,24,25,0.5,0.6,", lines[1], StringComparison.Ordinal);
        var cells = lines[^1].Split(',');
        Assert.Equal(ResultsCsv.Header.Split(',').Length, cells.Length);
        Assert.Equal(["jpeg", "q5", "c & d.png", "200", "200", "16000", "3.2", "34"], cells[..8]);
    }

    [Fact]
    public void Json_ReadBack_HasMeansComparisonsAndConditions()
    {
        using var json = JsonDocument.Parse(ResultsJson.Of(Result));
        var root = json.RootElement;
        Assert.Equal(ResultsJson.FormatName, root.GetProperty("format").GetString());
        Assert.Equal("2026-01-02T03:04:05Z", root.GetProperty("finished").GetString());
        Assert.Equal(1, root.GetProperty("timing").GetProperty("threads").GetInt32());
        Assert.NotEmpty(root.GetProperty("environment").GetProperty("libvips").GetString()!);
        Assert.Equal("broken.png", root.GetProperty("skipped")[0].GetProperty("name").GetString());
        Assert.Equal(-3, root.GetProperty("pictures")[0].GetProperty("loss_db").GetDouble(), 1e-3);
        var (vq, jpeg) = (root.GetProperty("codecs")[0], root.GetProperty("codecs")[1]);
        Assert.False(vq.TryGetProperty("bd_rate_of_the_model", out _));
        Assert.Equal(0.4, vq.GetProperty("points")[1].GetProperty("bits_per_pixel").GetDouble(), 1e-6);
        Assert.Equal(27.5, vq.GetProperty("points")[1].GetProperty("psnr_rgb").GetDouble(), 1e-6);
        Assert.Equal(20, jpeg.GetProperty("speed").GetProperty("encode_megapixels_per_second").GetDouble());
        var delta = jpeg.GetProperty("bd_rate_of_the_model").GetProperty("psnr_rgb");
        Assert.Equal(-50, delta.GetProperty("percent").GetDouble(), 0.2);
        Assert.Equal(24.5, delta.GetProperty("from_db").GetDouble());
        foreach (var measure in QualityMeasure.All) Assert.True(jpeg.GetProperty("bd_rate_of_the_model").TryGetProperty(measure.Key, out _), measure.Key);
    }

    [Fact]
    public void Verdict_BetterModel_SaysSoWithTheFigures()
    {
        var verdict = Verdict.Of(Result);
        Assert.Equal("At equal PSNR the model needs 50% fewer bits than JPEG", verdict.Headline);
        Assert.Equal("good", verdict.Tone);
        Assert.Contains(verdict.Findings, f => f.Badge == "ahead" && f.Text.Contains("BD-rate -50.0% between 24.5 and 30.5 dB", StringComparison.Ordinal));
        Assert.Contains(verdict.Findings, f => f.Text.Contains("behind on 0 of 2", StringComparison.Ordinal));
    }

    [Fact]
    public void Verdict_WorseModel_SaysSo()
    {
        var verdict = Verdict.Of(FakeCodec.Evaluation(TwiceAsLarge, Model));
        Assert.Equal("At equal PSNR the model needs 100% more bits than JPEG", verdict.Headline);
        Assert.Equal("problem", verdict.Tone);
    }

    [Fact]
    public void Verdict_NoCommonRange_ClaimsNothing()
    {
        var verdict = Verdict.Of(FakeCodec.Evaluation(Model, [(9000, 40), (10000, 41)]));
        Assert.Equal("note", verdict.Tone);
        Assert.Contains("no BD-rate", verdict.Findings[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_OfResults_IsWellFormedSelfContainedAndNamesWhatItSaw()
    {
        var result = Result;
        byte[] picture = [1, 2, 3];
        ShownVersion[] versions =
        [
            new("original", picture, "image/webp"),
            new("vq", picture, "image/webp") { Codec = result.Tested.Codec, Label = "q2", Bytes = 2000, Psnr = 27, MsSsim = 0.9 },
            new("jpeg", picture, "image/jpeg") { Codec = result.Classical[0].Codec, Label = "q9", Bytes = 1980, Psnr = 24, MsSsim = 0.8 },
        ];
        var html = EvaluationPage.Compose(result, [new MatchedPicture(0, 200, 200, versions)]);
        var document = XDocument.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        var text = string.Concat(document.DescendantNodes().OfType<XText>().Select(t => t.Value));

        // What is fetched, and where a link leads: nothing outside the page.
        foreach (var attribute in document.Descendants().Attributes().Where(a => a.Name.LocalName is "src" or "href" or "srcset" or "action" or "data"))
            Assert.True(attribute.Value.StartsWith("data:image/", StringComparison.Ordinal) || attribute.Value.StartsWith('#'), attribute.ToString());
        Assert.DoesNotContain("http", html.Replace("http://www.w3.org/1999/xhtml", "", StringComparison.Ordinal).Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);

        foreach (var expected in (string[])["50% fewer bits than JPEG", "my <pictures>", "c & d.png", "broken.png", "the file is empty", "AVIF is not in this build", "settings of JPEG", "20.0 MP/s", "VCEG-M33", "1 min 15 s", "-1.0%"])
            Assert.Contains(expected, text, StringComparison.Ordinal);
        foreach (var link in document.Descendants().Attributes("href").Select(a => a.Value[1..]).Distinct())
            Assert.Contains(document.Descendants(), e => (string?)e.Attribute("id") == link);
        Assert.All(document.Descendants().Where(e => e.Name.LocalName == "img"), image => Assert.NotEmpty((string)image.Attribute("alt")!));
        Assert.All(document.Descendants().Where(e => e.Name.LocalName == "input" && (string?)e.Attribute("type") == "range"), range => Assert.NotEmpty((string)range.Attribute("aria-label")!));
    }

    [Fact]
    public void Chart_AsAFile_HasEveryPointInsideThePictureAndItsLegend()
    {
        var (file, chart) = CurveFiles.Charts(Result)[0];
        Assert.Equal("psnr", file);
        var svg = XDocument.Parse(chart.ToSvg()).Root!;
        var size = svg.Attribute("viewBox")!.Value.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
        var points = svg.Descendants().Where(e => e.Name.LocalName == "circle").ToArray();
        Assert.Equal(Model.Length + TwiceAsLarge.Length, points.Length);
        Assert.All(points, p => Assert.InRange(Number(p, "cx"), 40, size[2]));
        Assert.All(points, p => Assert.InRange(Number(p, "cy"), 0, size[3] - 40));

        // More bits are further right, more dB further up.
        var own = points[^Model.Length..];
        Assert.True(Number(own[0], "cx") < Number(own[1], "cx") && Number(own[0], "cy") > Number(own[1], "cy"));
        Assert.Contains(svg.Descendants(), e => e.Value == "JPEG");

        static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void ToPng_OfAChart_IsAPictureOfTheChartsSizeOrNothing()
    {
        var chart = CurveFiles.Charts(Result)[0].Chart;
        if (CurveFiles.ToPng(chart.ToSvg()) is not { } png) return;
        using var image = NetVips.Image.NewFromBuffer(png);
        Assert.Equal(920, image.Width);

        // The model's blue and the other codec's red are in it, on white.
        Assert.True(Has(image, 0x0b, 0x66, 0xc3) && Has(image, 0xc2, 0x41, 0x0c) && Has(image, 255, 255, 255));

        static bool Has(NetVips.Image image, int r, int g, int b)
        {
            using var rgb = image.ExtractBand(0, n: 3);
            using var equal = rgb.Equal([r, g, b]).BandAnd();
            return equal.Max() > 0;
        }
    }
}
