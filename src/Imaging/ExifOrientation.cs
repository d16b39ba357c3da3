using NetVips;

namespace VqVae.Imaging;

/// <summary>How a picture's rows and columns are stored, by the EXIF tag "orientation", and how they are shown.</summary>
internal static class ExifOrientation
{
    /// <summary>libvips' name for the tag.</summary>
    public const string Tag = "orientation";

    /// <summary>The picture turned and mirrored as EXIF says.</summary>
    /// <remarks>Turning needs the whole picture in memory; most need none, or only a mirror, and stay a stream of rows.</remarks>
    public static Image Upright(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        switch (Of(image))
        {
            case 1:
                return image.Copy();
            case 2:
                return image.Autorot();
        }

        using var whole = image.CopyMemory();
        return whole.Autorot();
    }

    /// <summary>Width and height as shown.</summary>
    public static (int Width, int Height) Size(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Of(image) >= 5 ? (image.Height, image.Width) : (image.Width, image.Height);
    }

    /// <summary>The stored pixels of a window of the picture as shown; <see cref="Upright"/> turns the crop.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window is empty or not inside the picture.</exception>
    public static (int Left, int Top, int Width, int Height) Stored(Image image, (int Left, int Top, int Width, int Height) window)
    {
        var (shownWidth, shownHeight) = Size(image);
        var (left, top, width, height) = window;
        if (left < 0 || top < 0 || width < 1 || height < 1 || width > shownWidth - left || height > shownHeight - top)
            throw new ArgumentOutOfRangeException(nameof(window), window, $"expected a window inside {shownWidth}x{shownHeight}");

        var orientation = Of(image);
        if (orientation >= 5) (left, top, width, height) = (top, left, height, width);
        if (orientation is 2 or 3 or 7 or 8) left = image.Width - left - width;
        if (orientation is 3 or 4 or 6 or 7) top = image.Height - top - height;
        return (left, top, width, height);
    }

    /// <summary>1 to 8; 1, as stored, where the tag is missing or has no meaning.</summary>
    private static int Of(Image image) => image.Contains(Tag) && image.Get(Tag) is int and >= 1 and <= 8 and var orientation ? orientation : 1;
}
