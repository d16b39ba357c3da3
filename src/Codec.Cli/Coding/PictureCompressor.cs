using System.Diagnostics;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Coding;

/// <summary>Makes a <c>.vq</c> file of a picture, some rows at a time.</summary>
internal static class PictureCompressor
{
    /// <summary>Compresses and writes.</summary>
    /// <param name="codec">The model.</param>
    /// <param name="content">The picture.</param>
    /// <param name="reader">The same, opened and not read yet.</param>
    /// <param name="output">Gets the file.</param>
    /// <param name="options">What the codec is told.</param>
    /// <param name="picture">How the picture was opened.</param>
    /// <param name="verify">Whether the result is decoded and compared before it is written.</param>
    /// <param name="cancellationToken">Stops the codec, too.</param>
    /// <exception cref="ImageException">The picture is damaged, too large for the codec, or cannot be compressed to the target.</exception>
    /// <exception cref="VqFormatException">Verifying finds that the result is not what it should be; nothing is written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static CompressResult Run(
        VqCodec codec,
        PictureContent content,
        PictureReader reader,
        OutputFile output,
        VqCompressOptions options,
        PictureOptions picture,
        bool verify,
        CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        byte[] vq;
        try
        {
            vq = codec.Compress(
                (y, rows) => reader.ReadRows(y, rows, cancellationToken),
                reader.Width,
                reader.Height,
                reader.Format,
                options with { Exif = reader.Exif },
                cancellationToken);
        }
        catch (VqTargetException e)
        {
            throw new ImageException($"{content.Name}: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            // The options were checked before: what is left is the picture.
            throw new ImageException($"{content.Name}: {e.Message}", e);
        }

        watch.Stop();

        // Before it is written: a result that does not pass must not take the place of an earlier one.
        var psnr = verify ? Compare(codec, content, output, vq, picture, cancellationToken) : (double?)null;
        output.Write(vq);
        return new CompressResult(VqFile.ReadInfo(vq), (long)reader.RowBytes * reader.Height, content.Length, vq.Length, watch.Elapsed, psnr);
    }

    /// <summary>Decodes a file beside a second reading of the picture.</summary>
    private static double Compare(
        VqCodec codec, PictureContent content, OutputFile output, byte[] vq, PictureOptions picture, CancellationToken cancellationToken)
    {
        using var reader = PictureReader.Open(content, picture with { Warn = null, Exif = ExifMode.None });
        var meter = new PsnrMeter(reader.Format);
        var original = Array.Empty<byte>();
        VqInput.Named(output.Name, () =>
        {
            codec.Decompress(vq, Add, new VqDecompressOptions { Format = reader.Format }, cancellationToken);
            if (!meter.SameAlpha) throw new VqFormatException("alpha is not what it was");
        });
        return meter.Value;

        void Add(int y, ReadOnlySpan<byte> rows)
        {
            if (original.Length < rows.Length) original = new byte[rows.Length];
            reader.ReadRows(y, original.AsSpan(0, rows.Length), cancellationToken);
            meter.Add(original.AsSpan(0, rows.Length), rows);
        }
    }
}
