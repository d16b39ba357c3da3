using NetVips;
using VqVae.CommandLine;
using VqVae.Imaging;

namespace VqVae.Codec.Cli.Evaluation.Codecs;

/// <summary>The classical codecs that libvips has, set as somebody would who wants small files and knows the encoder.</summary>
internal static class ClassicalCodecs
{
    private static readonly Lazy<string?> AvifProblem = new(FindAvifProblem);

    private static readonly VipsCodec[] All =
    [
        new()
        {
            Key = "jpeg",
            Name = "JPEG",
            MediaType = "image/jpeg",
            Settings = "mozjpeg in libvips: progressive, trellis quantisation, overshoot deringing, optimised scans and Huffman tables, quantisation table 3, chroma 4:2:0 below quality 90",
            Cost = 0.05,
            Ladder = [1, 4, 7, 10, 15, 22, 32, 45, 60, 73, 83, 90, 95],
            Save = (image, quality) => image.JpegsaveBuffer(
                q: quality,
                optimizeCoding: true,
                interlace: true,
                trellisQuant: true,
                overshootDeringing: true,
                optimizeScans: true,
                quantTable: 3,
                subsampleMode: Enums.ForeignSubsample.Auto,
                keep: Enums.ForeignKeep.None),
        },
        new()
        {
            Key = "webp",
            Name = "WebP",
            MediaType = "image/webp",
            Settings = "libwebp in libvips: lossy, effort 6 of 6, chroma 4:2:0",
            Cost = 0.17,
            Ladder = [0, 1, 3, 6, 12, 22, 36, 52, 68, 80, 88, 94],
            Save = (image, quality) => image.WebpsaveBuffer(q: quality, effort: 6, keep: Enums.ForeignKeep.None),
        },
        new()
        {
            Key = "avif",
            Name = "AVIF",
            MediaType = "image/avif",
            Settings = "libaom in libvips: 8 bits, effort 4 of 9 (libaom's speed 5), chroma 4:2:0 below quality 90",
            Cost = 0.8,
            Ladder = [1, 14, 28, 42, 56, 70, 83, 92],
            Save = SaveAvif,
            Loader = OwnLoader.Avif,
        },
    ];

    /// <summary>The names that <c>--against</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(c => c.Key)];

    /// <summary>The codecs of a list such as <c>jpeg,webp</c>.</summary>
    /// <param name="names">Names with commas between; <c>none</c> for none.</param>
    /// <exception cref="UsageException">A name is unknown or given twice.</exception>
    public static IReadOnlyList<VipsCodec> Parse(string names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names == "none") return [];
        var codecs = new List<VipsCodec>();
        foreach (var name in names.Split(',', StringSplitOptions.TrimEntries))
        {
            var codec = Array.Find(All, c => c.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new UsageException($"--against: there is no codec '{name}', only {string.Join(", ", Names)}{Meant(name)}");
            if (codecs.Contains(codec)) throw new UsageException($"--against: {codec.Key} is given twice");
            codecs.Add(codec);
        }

        return codecs;
    }

    /// <summary>Why a codec cannot be measured here, or <c>null</c> where it can; makes libvips ready.</summary>
    public static string? Problem(VipsCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        Vips.Prepare();
        return codec.Key == "avif" ? AvifProblem.Value : null;
    }

    private static byte[] SaveAvif(Image image, int quality) => image.HeifsaveBuffer(
        q: quality,
        compression: Enums.ForeignHeifCompression.Av1,
        bitdepth: 8,
        effort: 4,
        subsampleMode: Enums.ForeignSubsample.Auto,
        keep: Enums.ForeignKeep.None);

    private static string? FindAvifProblem()
    {
        try
        {
            using var loader = OwnLoader.Avif();
            using var black = Image.Black(16, 16, bands: 3);
            using var picture = black.Copy(interpretation: Enums.Interpretation.Srgb);
            using var decoded = Image.NewFromBuffer(SaveAvif(picture, 50));
            return decoded.Width == 16 ? null : "AVIF does not come back";
        }
        catch (VipsException e)
        {
            return $"AVIF is not in this build of libvips ({Vips.Reason(e)})";
        }
    }

    private static string Meant(string name) => NearestName.Of(name.ToLowerInvariant(), Names) is { } nearest ? $"; did you mean {nearest}?" : "";
}
