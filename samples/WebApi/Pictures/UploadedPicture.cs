using NetVips;
using VqVae.Codec.Cli.Images;
using VqVae.Imaging;
using VqVae.Runtime;
using VqVae.Samples.WebApi.Errors;
using VqVae.Samples.WebApi.Settings;
using VqVae.Samples.WebApi.Storage;

namespace VqVae.Samples.WebApi.Pictures;

/// <summary>
/// Reads a stranger's picture from top to bottom as 8-bit sRGB or grey: orientation, colour profile, 16 bits and CMYK are applied and then gone, of several frames
/// the first is read. To be used by one thread.
/// </summary>
internal sealed class UploadedPicture : IDisposable
{
    /// <summary>Bytes that libvips hands over at a time: less than what .NET takes for a large object, whose memory is fresh, and cleared, each time.</summary>
    private const int StripBytes = 80_000;

    private const int HeadBytes = 16;

    private readonly ImageKind _kind;
    private readonly Source _source;
    private readonly Image _opened, _image;
    private readonly Region _region;

    private UploadedPicture(string path, ImageKind kind, LimitSettings limits)
    {
        _kind = kind;
        _source = Source.NewFromFile(path);
        Image? opened = null, image = null;
        try
        {
            opened = Image.NewFromSource(_source, "", access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);

            // From the header: nothing of the picture's size has been allocated yet.
            if (Math.Max(opened.Width, opened.Height) > limits.Side || (long)opened.Width * opened.Height > limits.Pixels)
            {
                throw new RequestException(
                    StatusCodes.Status413PayloadTooLarge, $"The picture has {opened.Width}x{opened.Height} pixels; expected at most {limits.Pixels}, and {limits.Side} a side.");
            }

            using var converted = EightBitColor.Convert(opened);
            image = ExifOrientation.Upright(converted);
            _region = Region.New(image);
            (_opened, _image) = (opened, image);
        }
        catch
        {
            image?.Dispose();
            opened?.Dispose();
            _source.Dispose();
            throw;
        }
    }

    /// <summary>Pixels in a row.</summary>
    public int Width => _image.Width;

    /// <summary>Rows.</summary>
    public int Height => _image.Height;

    /// <summary>Grey or RGB, with alpha where the picture has it.</summary>
    public PixelFormat Format => _image.Bands switch
    {
        1 => PixelFormat.Gray8,
        2 => PixelFormat.GrayAlpha16,
        3 => PixelFormat.Rgb24,
        _ => PixelFormat.Rgba32,
    };

    /// <summary>Opens an upload.</summary>
    /// <exception cref="RequestException">413: too many pixels. 422: not of that format, damaged, or of a colour space that has no 8-bit sRGB.</exception>
    public static UploadedPicture Open(UploadSpool upload, ImageKind kind, LimitSettings limits)
    {
        Vips.Prepare();
        if (ImageKinds.FromContent(Head(upload.Path)) != kind) throw Unprocessable($"The body is no {kind.Name()}, which its Content-Type says.");
        try
        {
            return new UploadedPicture(upload.Path, kind, limits);
        }
        catch (ImageException e)
        {
            throw Unprocessable($"The picture cannot be read: {e.Message}.", e);
        }
        catch (VipsException e)
        {
            throw Damaged(kind, e);
        }
    }

    /// <summary>Reads rows.</summary>
    /// <param name="y">The first one: the one after those that were read.</param>
    /// <param name="rows">To be filled.</param>
    /// <exception cref="RequestException">422: the data are damaged or cut short.</exception>
    public void ReadRows(int y, Span<byte> rows)
    {
        var rowBytes = Width * _image.Bands;
        var most = Math.Max(1, StripBytes / rowBytes);
        try
        {
            for (; rows.Length > 0; rows = rows[Math.Min(rows.Length, most * rowBytes)..], y += most)
                _region.Fetch(0, y, Width, Math.Min(most, rows.Length / rowBytes)).CopyTo(rows);
        }
        catch (VipsException e)
        {
            throw Damaged(_kind, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _region.Dispose();
        _image.Dispose();
        _opened.Dispose();
        _source.Dispose();
    }

    private static byte[] Head(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var head = new byte[HeadBytes];
        return head[..file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
    }

    // What libvips says stays inside: its messages are of all threads, and may be about somebody else's picture.
    private static RequestException Damaged(ImageKind kind, VipsException e) => Unprocessable($"The {kind.Name()} data are damaged or cut short.", e);

    private static RequestException Unprocessable(string message, Exception? innerException = null) => new(StatusCodes.Status422UnprocessableEntity, message, innerException);
}
