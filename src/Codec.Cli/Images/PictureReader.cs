using NetVips;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>
/// Reads a picture's rows from top to bottom as 8-bit sRGB or grey: orientation, colour profile, 16 bits and CMYK are applied and then gone.
/// Memory holds some rows, whatever the picture's height; but the whole picture where its orientation turns it, and what the format itself
/// makes a decoder keep (interlaced PNG, progressive JPEG).
/// </summary>
internal sealed class PictureReader : IDisposable
{
    private readonly string _name;
    private readonly ImageKind _kind;
    private readonly BackgroundColor? _background;
    private readonly Source _source;
    private readonly Image _opened, _image;
    private readonly int _channels;
    private StripReader? _strips;
    private byte[]? _row;
    private int _next;

    private PictureReader(PictureContent content, ImageKind kind, PictureOptions options)
    {
        (_name, _kind, _background) = (content.Name, kind, options.Background);
        _source = content.Open();
        Image? opened = null;
        try
        {
            opened = Image.NewFromSource(_source, "", access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            if ((long)opened.Width * opened.Height > options.MaxPixels)
                throw new ImageException($"{opened.Width}x{opened.Height} is more than the {options.MaxPixels} pixels that are allowed; --max-pixels sets the limit");
            if (opened.Contains("n-pages") && opened.Get("n-pages") is int pages and > 1)
                options.Warn?.Invoke($"{_name}: has {pages} pages or frames, only the first is read");

            (Width, Height) = ExifOrientation.Size(opened);
            Exif = ExifData.Of(opened, (Width, Height), options.Exif, message => options.Warn?.Invoke($"{_name}: {message}"));
            using var converted = EightBitColor.Convert(opened);
            _image = ExifOrientation.Upright(converted);
            (_opened, opened) = (opened, null);
        }
        catch
        {
            opened?.Dispose();
            _source.Dispose();
            throw;
        }

        var stored = _image.Bands switch
        {
            1 => PixelFormat.Gray8,
            2 => PixelFormat.GrayAlpha16,
            3 => PixelFormat.Rgb24,
            _ => PixelFormat.Rgba32,
        };
        Format = _background is { } color ? AlphaBlend.Format(stored, color) : stored;
        _channels = AlphaBlend.BytesPerPixel(Format);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Gray8 or Rgb24; with alpha where the picture has it and it is not laid on a background.</summary>
    public PixelFormat Format { get; }

    /// <summary>Bytes of a row.</summary>
    public int RowBytes => checked(Width * _channels);

    /// <summary>What is kept of the EXIF metadata, a TIFF structure; empty for nothing.</summary>
    public byte[] Exif { get; }

    private bool HasAlphaBand => _image.Bands is 2 or 4;

    /// <summary>Opens a PNG, JPEG, WebP or TIFF file.</summary>
    /// <exception cref="ImageException">Not such a file, too large, damaged, or of a colour space that has no 8-bit sRGB.</exception>
    public static PictureReader Open(PictureContent content, PictureOptions options)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(options);
        if (content.Length == 0) throw new ImageException($"{content.Name}: the file is empty");
        if (ImageKinds.FromContent(content.Head) is not { } kind) throw new ImageException($"{content.Name}: not a PNG, JPEG, WebP or TIFF picture");
        Vips.Prepare();
        try
        {
            return new PictureReader(content, kind, options);
        }
        catch (ImageException e)
        {
            throw new ImageException($"{content.Name}: {e.Message}", e);
        }
        catch (VipsException e)
        {
            throw Damaged(content.Name, kind, e);
        }
    }

    /// <summary>Reads rows. They can be read once, from top to bottom, by any thread but one at a time.</summary>
    /// <param name="y">The first row.</param>
    /// <param name="rows">To be filled: a whole number of rows, tightly packed.</param>
    /// <param name="cancellationToken">Stops waiting for them.</param>
    /// <exception cref="ImageException">The data are damaged or cut short.</exception>
    /// <exception cref="ArgumentException">These are not the next rows, not whole rows or too many.</exception>
    public void ReadRows(int y, Span<byte> rows, CancellationToken cancellationToken = default)
    {
        if (y != _next || rows.Length % RowBytes != 0 || rows.Length / RowBytes > Height - y)
            throw new ArgumentException($"expected whole rows of {RowBytes} bytes from row {_next} to at most {Height}, got {rows.Length} bytes from row {y}");
        cancellationToken.ThrowIfCancellationRequested();
        _strips ??= new StripReader(_image);
        _next += rows.Length / RowBytes;
        try
        {
            if (HasAlphaBand && _background is { } color) TakeFlat(rows, color, cancellationToken);
            else _strips.Take(rows, cancellationToken);
        }
        catch (VipsException e)
        {
            throw Damaged(_name, _kind, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _strips?.Dispose();
        _image.Dispose();
        _opened.Dispose();
        _source.Dispose();
    }

    private static ImageException Damaged(string name, ImageKind kind, VipsException e) =>
        new($"{name}: the {kind.Name()} data are damaged or cut short ({Vips.Reason(e)})", e);

    private void TakeFlat(Span<byte> rows, BackgroundColor color, CancellationToken cancellationToken)
    {
        var bands = _image.Bands;
        _row ??= new byte[checked(Width * bands)];
        for (; rows.Length > 0; rows = rows[RowBytes..])
        {
            _strips!.Take(_row, cancellationToken);
            AlphaBlend.Flatten(_row, bands, color, rows[..RowBytes]);
        }
    }
}
