using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using VqVae.Codec.Cli.Evaluation.Metrics;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>The means, the comparisons and how they came about, as JSON; <see cref="ResultsCsv"/> has the single pictures.</summary>
internal static class ResultsJson
{
    /// <summary>What the file calls itself.</summary>
    public const string FormatName = "vqcodec-eval/1";

    /// <summary>The file's text.</summary>
    public static string Of(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("format", FormatName);
            json.WriteString("data", result.Data);
            json.WriteString("finished", result.Finished.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
            Number(json, "seconds", result.Duration.TotalSeconds, 1);
            json.WriteStartObject("environment");
            foreach (var (name, value) in EvaluationEnvironment.Facts) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteStartObject("timing");
            json.WriteNumber("threads", result.Threads);
            json.WriteNumber("pictures", result.TimedPictures);
            json.WriteEndObject();
            json.WriteString("shown_setting", result.Tested.Settings[result.Shown].Label);
            WritePictures(json, result);
            json.WriteStartArray("codecs");
            foreach (var codec in result.All) WriteCodec(json, result, codec);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WritePictures(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteStartArray("pictures");
        for (var i = 0; i < result.Pictures.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Pictures[i].Name);
            json.WriteNumber("width", result.Pictures[i].Width);
            json.WriteNumber("height", result.Pictures[i].Height);
            if (result.Loss(i) is { } loss)
            {
                Number(json, "loss_db", loss.Loss, 4);
                json.WriteString("best_codec", loss.Best.Codec.Key);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("skipped");
        foreach (var skipped in result.Skipped)
        {
            json.WriteStartObject();
            json.WriteString("name", skipped.Name);
            json.WriteString("reason", skipped.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("missing_codecs");
        foreach (var missing in result.Missing) json.WriteStringValue(missing);
        json.WriteEndArray();
    }

    private static void WriteCodec(Utf8JsonWriter json, EvaluationResult result, CodecResult codec)
    {
        json.WriteStartObject();
        json.WriteString("codec", codec.Codec.Key);
        json.WriteString("settings", codec.Codec.Settings);
        if (codec.Speed is { } speed)
        {
            json.WriteStartObject("speed");
            json.WriteString("setting", speed.Label);
            Number(json, "encode_megapixels_per_second", speed.Encoding, 3);
            Number(json, "decode_megapixels_per_second", speed.Decoding, 3);
            json.WriteEndObject();
        }

        json.WriteStartArray("points");
        foreach (var setting in codec.Settings)
        {
            var q = setting.Quality;
            json.WriteStartObject();
            json.WriteString("setting", setting.Label);
            Number(json, "bits_per_pixel", setting.BitsPerPixel, 6);
            Number(json, "psnr_rgb", q.PsnrRgb, 4);
            Number(json, "psnr_luma", q.PsnrLuma, 4);
            Number(json, "ssim_rgb", q.SsimRgb, 6);
            Number(json, "ssim_luma", q.SsimLuma, 6);
            Number(json, "ms_ssim_rgb", q.MsSsimRgb, 6);
            Number(json, "ms_ssim_luma", q.MsSsimLuma, 6);
            Number(json, "ms_ssim_rgb_db", MsSsim.Decibels(q.MsSsimRgb), 4);
            Number(json, "ms_ssim_luma_db", MsSsim.Decibels(q.MsSsimLuma), 4);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (codec != result.Tested) WriteDeltas(json, result, codec);
        json.WriteEndObject();
    }

    private static void WriteDeltas(Utf8JsonWriter json, EvaluationResult result, CodecResult codec)
    {
        json.WriteStartObject("bd_rate_of_the_model");
        foreach (var measure in QualityMeasure.All)
        {
            if (result.Delta(codec, measure) is not { } delta)
            {
                json.WriteNull(measure.Key);
                continue;
            }

            json.WriteStartObject(measure.Key);
            Number(json, "percent", delta.Percent, 3);
            if (delta.PolynomialPercent is { } polynomial) Number(json, "percent_cubic_polynomial", polynomial, 3);
            Number(json, "from_db", delta.Low, 4);
            Number(json, "to_db", delta.High, 4);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double value, int digits) => json.WriteNumber(name, Math.Round(value, digits));
}
