using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using VqVae.Models;

namespace VqVae.Trainer.Metrics;

/// <summary>An image that could not be read, and why.</summary>
internal sealed record UnreadableImage(string File, string Reason);

/// <summary>The figures of one image, or averages over all of them.</summary>
internal sealed record EvaluationRow
{
    /// <summary>The image; <c>null</c> for averages.</summary>
    public string? File { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public required double PsnrRgb { get; init; }

    public required double PsnrLuma { get; init; }

    public required double SsimRgb { get; init; }

    public required double SsimLuma { get; init; }

    public required double MsSsimRgb { get; init; }

    public required double MsSsimLuma { get; init; }

    /// <summary>Bits a pixel of indices in fixed-length coding.</summary>
    public required double BitsPerPixelFixed { get; init; }

    /// <summary>Bits a pixel of indices by the checkpoint's code lengths (<see cref="CodedSize"/>).</summary>
    public required double BitsPerPixelOrder0 { get; init; }

    public static EvaluationRow Of(ImageResult image) => Of(image.Quality, image.FixedBitsPerPixel, image.OrderZeroBitsPerPixel) with
    {
        File = image.File,
        Width = image.Width,
        Height = image.Height,
    };

    /// <summary>Averages, to which each image contributes as much as another, whatever its size.</summary>
    public static EvaluationRow Mean(IReadOnlyList<ImageResult> images) => Of(
        ImageQuality.Mean([.. images.Select(i => i.Quality)]),
        images.Average(i => i.FixedBitsPerPixel),
        images.Average(i => i.OrderZeroBitsPerPixel));

    private static EvaluationRow Of(ImageQuality quality, double fixedBits, double orderZeroBits) => new()
    {
        PsnrRgb = quality.PsnrRgb,
        PsnrLuma = quality.PsnrLuma,
        SsimRgb = quality.SsimRgb,
        SsimLuma = quality.SsimLuma,
        MsSsimRgb = quality.MsSsimRgb,
        MsSsimLuma = quality.MsSsimLuma,
        BitsPerPixelFixed = fixedBits,
        BitsPerPixelOrder0 = orderZeroBits,
    };
}

/// <summary>What <c>trainer eval</c> found, as JSON and as CSV.</summary>
internal sealed record EvaluationReport
{
    /// <summary>What the JSON calls itself.</summary>
    public const string FormatName = "vqvae-eval/1";

    public string Format { get; } = FormatName;

    /// <summary>The run folder.</summary>
    public required string Run { get; init; }

    /// <summary>The folder or list of images.</summary>
    public required string Data { get; init; }

    /// <summary>The <see cref="ModelId"/> of the checkpoint.</summary>
    public required string Id { get; init; }

    public required int RatePoint { get; init; }

    public required double Lambda { get; init; }

    public required int Stages { get; init; }

    /// <summary>Averages over the images.</summary>
    public required EvaluationRow Mean { get; init; }

    /// <summary>The images, in the order of their names or of the list.</summary>
    public required IReadOnlyList<EvaluationRow> Images { get; init; }

    public required IReadOnlyList<UnreadableImage> Unreadable { get; init; }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EvaluationJson.Readable.EvaluationReport) + "\n";

    /// <summary>A row an image, without averages (RFC 4180, but with line feeds alone).</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder("file,width,height,psnr_rgb,psnr_luma,ssim_rgb,ssim_luma,ms_ssim_rgb,ms_ssim_luma,bits_per_pixel_fixed,bits_per_pixel_order0\n");
        foreach (var row in Images)
        {
            csv.Append(Quoted(row.File!)).Append(CultureInfo.InvariantCulture, $",{row.Width},{row.Height},{row.PsnrRgb:0.####},{row.PsnrLuma:0.####},")
                .Append(CultureInfo.InvariantCulture, $"{row.SsimRgb:0.######},{row.SsimLuma:0.######},{row.MsSsimRgb:0.######},{row.MsSsimLuma:0.######},")
                .Append(CultureInfo.InvariantCulture, $"{row.BitsPerPixelFixed:0.######},{row.BitsPerPixelOrder0:0.######}\n");
        }

        return csv.ToString();
    }

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}

/// <summary>Generated JSON code: snake_case, what is <c>null</c> left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>The same with file names as they are: a report is no web page.</summary>
    public static EvaluationJson Readable => field ??= new EvaluationJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
