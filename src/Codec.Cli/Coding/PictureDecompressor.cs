using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Commands;
using VqVae.Codec.Cli.Images;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Coding;

/// <summary>Makes a picture of a <c>.vq</c> file: a PNG some rows at a time.</summary>
internal static class PictureDecompressor
{
    /// <summary>Checks, from the header alone, that the picture can be written as it is asked for.</summary>
    /// <returns>The header.</returns>
    /// <exception cref="VqFormatException">The file is no <c>.vq</c> file.</exception>
    /// <exception cref="ImageException">The picture does not fit the format.</exception>
    /// <exception cref="VqVae.CommandLine.UsageException">The options ask for what the file does not have.</exception>
    public static VqInfo Check(byte[] vq, string name, OutputFile output, DecompressOptions options)
    {
        var info = VqInput.ReadInfo(vq, name);
        options.CheckAgainst(info, name);
        var (width, height) = Size(info, options);
        ImageWriter.Check(options.Kind, width, height, Format(info, options), output.Name);
        return info;
    }

    /// <summary>Decompresses and writes.</summary>
    /// <param name="codec">The model.</param>
    /// <param name="vq">The whole file.</param>
    /// <param name="info">Its header.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="output">Gets the picture.</param>
    /// <param name="options">The command line.</param>
    /// <param name="warn">Told of what is left out.</param>
    /// <param name="cancellationToken">Stops the codec, too.</param>
    /// <exception cref="VqFormatException">The file is damaged or of another model.</exception>
    /// <exception cref="ImageException">The picture cannot be written as it is asked for.</exception>
    /// <exception cref="IOException">The picture cannot be written.</exception>
    public static DecompressResult Run(
        VqCodec codec, byte[] vq, VqInfo info, string name, OutputFile output, DecompressOptions options, Action<string> warn, CancellationToken cancellationToken)
    {
        var ((width, height), format) = (Size(info, options), Format(info, options));
        var settings = new VqDecompressOptions
        {
            Stages = options.Stages,
            Format = info.Format,
            Region = options.ParsedRegion,
            AllowPartial = options.Partial,
        };
        var (bytes, stages) = (0L, 0);
        VqInput.Named(name, () => output.Write(stream =>
        {
            var flat = Array.Empty<byte>();
            using var counter = new CountingStream(stream);
            IPictureWriter? writer = null;
            try
            {
                stages = codec.Decompress(vq, Add, settings, cancellationToken);
                writer!.Finish();
                bytes = counter.Written;
            }
            finally
            {
                writer?.Dispose();
            }

            void Add(int y, ReadOnlySpan<byte> rows)
            {
                // Only now, so that nothing goes to standard output before the file has proved to be whole.
                writer ??= ImageWriter.Open(counter, options.Kind, width, height, format, options.Write, Exif(vq, info, options, message => warn($"{name}: {message}")));
                writer.WriteRows(options.BackgroundColor is { } color && info.HasAlpha ? Flatten(rows, color) : rows);
                cancellationToken.ThrowIfCancellationRequested();
            }

            ReadOnlySpan<byte> Flatten(ReadOnlySpan<byte> rows, BackgroundColor color)
            {
                var pixel = AlphaBlend.BytesPerPixel(info.Format);
                var length = rows.Length / pixel * AlphaBlend.BytesPerPixel(format);
                if (flat.Length < length) flat = new byte[length];
                AlphaBlend.Flatten(rows, pixel, color, flat.AsSpan(0, length));
                return flat.AsSpan(0, length);
            }
        }));
        return new DecompressResult(width, height, format, bytes, stages, stages < (options.Stages ?? info.Stages));
    }

    /// <summary>The file's metadata, with the size of the part where only a part is written.</summary>
    private static byte[] Exif(byte[] vq, VqInfo info, DecompressOptions options, Action<string> warn)
    {
        if (options.NoExif) return [];
        var exif = VqFile.ReadExif(vq);
        var size = Size(info, options);
        return exif.Length == 0 || size == (info.Width, info.Height) ? exif : ExifData.Resize(exif, size, warn);
    }

    private static (int Width, int Height) Size(VqInfo info, DecompressOptions options) =>
        options.ParsedRegion is { } region ? (region.Width, region.Height) : (info.Width, info.Height);

    private static PixelFormat Format(VqInfo info, DecompressOptions options) =>
        options.BackgroundColor is { } color ? AlphaBlend.Format(info.Format, color) : info.Format;
}
