using NetVips;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Writes JPEG and WebP with libvips, which takes a picture as a whole: its pixels are collected in memory.</summary>
internal sealed class VipsWriter : IPictureWriter
{
    private readonly Stream _stream;
    private readonly ImageKind _kind;
    private readonly int _width, _height, _bands, _quality;
    private readonly byte[] _exif, _pixels;
    private int _used;

    /// <summary>Starts with an empty picture.</summary>
    /// <param name="stream">Gets the file, all of it by <see cref="Finish"/>.</param>
    /// <param name="kind">Jpeg, which has no alpha, or WebP.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="format">Gray8, GrayAlpha16, Rgb24 or Rgba32.</param>
    /// <param name="quality">1 to 100.</param>
    /// <param name="exif">A TIFF structure, or nothing.</param>
    public VipsWriter(Stream stream, ImageKind kind, int width, int height, PixelFormat format, int quality, byte[] exif)
    {
        (_stream, _kind, _width, _height, _quality, _exif) = (stream, kind, width, height, quality, exif);
        _bands = AlphaBlend.BytesPerPixel(format);
        if (kind == ImageKind.Jpeg && _bands is 2 or 4) throw new ArgumentException("JPEG has no alpha", nameof(format));
        _pixels = new byte[checked((long)width * height * _bands)];
        Vips.Prepare();
    }

    /// <inheritdoc/>
    public void WriteRows(ReadOnlySpan<byte> rows)
    {
        rows.CopyTo(_pixels.AsSpan(_used));
        _used += rows.Length;
    }

    /// <inheritdoc/>
    /// <exception cref="ImageException">libvips cannot write it.</exception>
    public void Finish()
    {
        if (_used < _pixels.Length) throw new InvalidOperationException($"expected {_pixels.Length} bytes of rows, got {_used}");
        try
        {
            using var raw = Image.NewFromMemory(_pixels, _width, _height, _bands, Enums.BandFormat.Uchar);
            using var typed = raw.Copy(interpretation: _bands <= 2 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
            using var tagged = _exif.Length == 0 ? typed.Copy() : typed.Mutate(m => m.Set(GValue.BlobType, ExifData.Field, _exif));
            var keep = _exif.Length == 0 ? Enums.ForeignKeep.None : Enums.ForeignKeep.Exif;
            _stream.Write(_kind switch
            {
                ImageKind.Jpeg => tagged.JpegsaveBuffer(q: _quality, optimizeCoding: true, keep: keep),
                ImageKind.WebP => tagged.WebpsaveBuffer(q: _quality, keep: keep),
                _ => throw new InvalidOperationException($"{_kind} is not written by libvips"),
            });
        }
        catch (VipsException e)
        {
            throw new ImageException($"the {_kind.Name()} cannot be written: {Vips.Reason(e)}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
