using NetVips;
using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Runtime;

namespace VqVae.Benchmarks;

/// <summary>Pictures that benchmarks are run on.</summary>
internal static class BenchmarkPictures
{
    /// <summary>The PNG and JPEG files of a folder, in the order of their names.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".png" or ".jpg" or ".jpeg").Order(StringComparer.Ordinal)];

    /// <summary>A file as an opaque Rgb24 picture.</summary>
    public static VqImage Load(string file)
    {
        using var image = Image.NewFromFile(file);
        using var rgb = image.Colourspace(Enums.Interpretation.Srgb);
        using var opaque = rgb.HasAlpha() ? rgb.Flatten() : rgb.Copy();
        using var bytes = opaque.Cast(Enums.BandFormat.Uchar);
        return VipsPixels.Read(bytes);
    }
}
