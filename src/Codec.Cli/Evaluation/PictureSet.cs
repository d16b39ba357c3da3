using System.Collections.Concurrent;
using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Evaluation.Metrics;
using VqVae.Codec.Cli.Images;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>The pictures of a folder as all codecs get them: upright 8-bit sRGB, grey as RGB, transparent ones on white.</summary>
internal sealed class PictureSet
{
    /// <summary>Decoded bytes that are kept; what is beyond is read again for each codec.</summary>
    private const long MostKept = 256 << 20;

    private static readonly BackgroundColor Ground = new(255, 255, 255);

    private readonly ConcurrentDictionary<int, VqImage> _kept = new();
    private readonly long _maxPixels;
    private readonly bool _keepsAll;

    private PictureSet(IReadOnlyList<EvaluatedPicture> pictures, IReadOnlyList<SkippedPicture> skipped, long maxPixels)
    {
        (Pictures, Skipped, _maxPixels) = (pictures, skipped, maxPixels);
        _keepsAll = pictures.Sum(p => 3 * p.Pixels) <= MostKept;
    }

    /// <summary>The pictures, sorted by name.</summary>
    public IReadOnlyList<EvaluatedPicture> Pictures { get; }

    /// <summary>What was left out.</summary>
    public IReadOnlyList<SkippedPicture> Skipped { get; }

    /// <summary>Pixels of all pictures together.</summary>
    public long Pixels => Pictures.Sum(p => p.Pixels);

    /// <summary>Finds the pictures, and reads each whole, so that what is damaged is found before anything is measured.</summary>
    /// <param name="path">A folder, or one picture.</param>
    /// <param name="recursive">Whether folders inside are looked into.</param>
    /// <param name="maxPixels">The most pixels of a picture.</param>
    /// <param name="cancellationToken">Stops between pictures.</param>
    /// <exception cref="ImageException">There are none, or none can be measured.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static PictureSet Open(string path, bool recursive, long maxPixels, CancellationToken cancellationToken)
    {
        var skipped = new List<SkippedPicture>();
        if (!Directory.Exists(path) && !File.Exists(path)) throw new DirectoryNotFoundException($"there is no folder '{path}'");
        var files = FileTree.FindAll([path], recursive, ImageKinds.InputExtensions, Shard.All, (name, error) => skipped.Add(new SkippedPicture(Inside(path, name), CodecProgram.Errors.Message(error))));
        if (files.Count + skipped.Count == 0)
            throw new ImageException($"no pictures in '{path}': expected PNG, JPEG, WebP or TIFF files{(recursive ? "" : "; --recursive looks into folders inside folders, too")}");

        var pictures = new List<EvaluatedPicture>();
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = Inside(path, file.Path);
            try
            {
                var picture = Read(file.Path, maxPixels, cancellationToken);
                if (Math.Min(picture.Width, picture.Height) < MsSsim.LeastSide)
                    skipped.Add(new SkippedPicture(name, $"{picture.Width}x{picture.Height} is too small for MS-SSIM, which needs {MsSsim.LeastSide} pixels a side"));
                else pictures.Add(new EvaluatedPicture(name, file.Path, picture.Width, picture.Height));
            }
            catch (Exception e) when (e is ImageException or IOException or UnauthorizedAccessException)
            {
                skipped.Add(new SkippedPicture(name, CodecProgram.Errors.Message(e).Replace(file.Path + ": ", "", StringComparison.Ordinal)));
            }
        }

        if (pictures.Count == 0)
            throw new ImageException($"none of the {skipped.Count} pictures in '{path}' can be measured; {skipped[0].Name}: {skipped[0].Reason}");
        return new PictureSet(pictures, skipped, maxPixels);
    }

    /// <summary>A picture's pixels, Rgb24.</summary>
    /// <exception cref="ImageException">The file has changed, and cannot be read any more.</exception>
    public VqImage Read(int index, CancellationToken cancellationToken)
    {
        if (_kept.TryGetValue(index, out var kept)) return kept;
        var picture = Pictures[index];
        var read = Read(picture.Path, _maxPixels, cancellationToken);
        if ((read.Width, read.Height) != (picture.Width, picture.Height)) throw new ImageException($"{picture.Name}: the file has changed");
        if (_keepsAll) _kept[index] = read;
        return read;
    }

    private static VqImage Read(string path, long maxPixels, CancellationToken cancellationToken)
    {
        using var reader = PictureReader.Open(PictureContent.OfFile(path), new PictureOptions { Background = Ground, MaxPixels = maxPixels });
        var pixels = new byte[checked((long)reader.RowBytes * reader.Height)];
        reader.ReadRows(0, pixels, cancellationToken);
        if (reader.Format == PixelFormat.Rgb24) return new VqImage(reader.Width, reader.Height, PixelFormat.Rgb24, pixels);
        var rgb = new byte[checked(3L * pixels.Length)];
        for (var i = 0; i < pixels.Length; i++) rgb.AsSpan(3 * i, 3).Fill(pixels[i]);
        return new VqImage(reader.Width, reader.Height, PixelFormat.Rgb24, rgb);
    }

    private static string Inside(string root, string path) => Directory.Exists(root) ? Path.GetRelativePath(root, path).Replace('\\', '/') : Path.GetFileName(path);
}
