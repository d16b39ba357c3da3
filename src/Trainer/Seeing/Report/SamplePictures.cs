using System.Globalization;
using NetVips;
using VqVae.Imaging;
using VqVae.Reporting;
using VqVae.Trainer.Data;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>A picture of samples in the run folder.</summary>
/// <param name="Step">Its step.</param>
/// <param name="Path">Its file.</param>
internal sealed record SampleFile(long Step, string Path);

/// <summary>A picture of samples as the page shows it.</summary>
/// <param name="Step">Its step.</param>
/// <param name="Png">The encoded picture.</param>
/// <param name="Columns">Images side by side.</param>
/// <param name="Rows">Rows of them, as <see cref="SampleGrid"/> has them.</param>
/// <param name="Side">Pixels a side of an image as it was trained on.</param>
/// <param name="Scale">By what its sides were divided to keep the page small.</param>
internal sealed record SamplePicture(long Step, byte[] Png, int Columns, int Rows, int Side, int Scale);

/// <summary>Finds and prepares the pictures of samples of a run.</summary>
internal static class SamplePictures
{
    /// <summary>Earlier pictures that are shown.</summary>
    public const int MostEarlier = 6;

    /// <summary>Bytes of a picture file from which it is scaled down.</summary>
    private const int LargestBytes = 4 << 20;

    /// <summary>Largest side in pixels of an image in the strip of earlier ones.</summary>
    private const int EarlierSide = 96;

    private const string Prefix = "step-";

    /// <summary>The pictures of a run folder in the order of their steps; those of later steps than the last row's are of a run that was resumed from before them.</summary>
    public static IReadOnlyList<SampleFile> Find(string folder, long lastStep)
    {
        if (!Directory.Exists(folder)) return [];
        return
        [
            .. Directory.EnumerateFiles(folder, Prefix + "*.png").Select(path => (Path: path, Name: Path.GetFileNameWithoutExtension(path)[Prefix.Length..]))
                .Where(f => long.TryParse(f.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var step) && (lastStep == 0 || step <= lastStep))
                .Select(f => new SampleFile(long.Parse(f.Name, CultureInfo.InvariantCulture), f.Path)).OrderBy(f => f.Step),
        ];
    }

    /// <summary>Of many pictures the first and some that are spread evenly, without the last.</summary>
    public static IReadOnlyList<SampleFile> Earlier(IReadOnlyList<SampleFile> files)
    {
        var earlier = files.Take(files.Count - 1).ToArray();
        return earlier.Length <= MostEarlier ? earlier : [.. Enumerable.Range(0, MostEarlier).Select(i => earlier[i * (earlier.Length - 1) / (MostEarlier - 1)])];
    }

    /// <summary>Reads a picture whole.</summary>
    /// <param name="file">The file.</param>
    /// <param name="side">Pixels a side of an image, where the settings say so.</param>
    /// <exception cref="IOException">The file cannot be read, or is not made of squares in two or three rows.</exception>
    public static SamplePicture Read(SampleFile file, int? side)
    {
        var (pixels, width, height) = VipsImages.Decode(file.Path);
        var (columns, rows, square) = Layout(width, height, side);
        var bytes = new FileInfo(file.Path).Length;
        var scale = (int)Math.Ceiling(Math.Sqrt(bytes / (double)LargestBytes));
        var png = scale <= 1 ? File.ReadAllBytes(file.Path) : Scaled(pixels, width, height, columns, rows, Math.Max(1, square / scale));
        return new SamplePicture(file.Step, png, columns, rows, square, Math.Max(1, scale));
    }

    /// <summary>Reads what came back from all stages alone, small.</summary>
    /// <exception cref="IOException">As <see cref="Read"/>.</exception>
    public static SamplePicture ReadLastRow(SampleFile file, int? side)
    {
        var (pixels, width, height) = VipsImages.Decode(file.Path);
        var (columns, rows, square) = Layout(width, height, side);
        var last = pixels.AsSpan((rows - 1) * square * width * 3).ToArray();
        var small = Math.Min(square, EarlierSide);
        return new SamplePicture(file.Step, Scaled(last, width, square, columns, 1, small), columns, 1, square, square / small);
    }

    /// <summary>Columns, rows and side of the squares that a picture is made of.</summary>
    private static (int Columns, int Rows, int Side) Layout(int width, int height, int? side)
    {
        foreach (var square in (ReadOnlySpan<int>)[side ?? 0, height / 3, height / 2])
        {
            if (square > 0 && width % square == 0 && height % square == 0 && height / square is 2 or 3) return (width / square, height / square, square);
        }

        throw new IOException(Numbers.Text($"{width}×{height} pixels are not squares in two or three rows"));
    }

    private static byte[] Scaled(byte[] pixels, int width, int height, int columns, int rows, int side)
    {
        try
        {
            return VipsImages.Encode(pixels, width, height, srgb =>
            {
                if (columns * side == width) return srgb.PngsaveBuffer();
                using var scaled = srgb.ThumbnailImage(columns * side, height: rows * side, size: Enums.Size.Force);
                return scaled.PngsaveBuffer();
            });
        }
        catch (VipsException e)
        {
            throw new IOException(Vips.Reason(e), e);
        }
    }
}
