namespace VqVae.Trainer.Data;

/// <summary>Pixels of a rectangle of an image.</summary>
/// <param name="Pixels">RGB rows of <paramref name="Area"/>.</param>
/// <param name="Area">The rectangle.</param>
/// <param name="Width">The image's width.</param>
/// <param name="Height">The image's height.</param>
internal readonly record struct ImagePart(byte[] Pixels, PixelArea Area, int Width, int Height)
{
    /// <summary>All of an image.</summary>
    public static ImagePart Whole(DecodedImage image) => new(image.Pixels, new PixelArea(0, 0, image.Width, image.Height), image.Width, image.Height);
}

/// <summary>The window of an image that becomes a sample.</summary>
internal static class SampleWindow
{
    /// <summary>Chooses the window: a square, or as much of it as the image has where it is smaller than the sample.</summary>
    /// <param name="width">The image's width as it is decoded.</param>
    /// <param name="height">The image's height as it is decoded.</param>
    /// <param name="side">The sample's side.</param>
    /// <param name="scale">What is left to scale the image by, above 0 and at most 1.</param>
    /// <param name="place">Random bits: the lower 32 choose the column, the upper the row.</param>
    public static PixelArea Choose(int width, int height, int side, double scale, ulong place)
    {
        var large = scale < 1 ? Math.Max(side, Math.Min((int)Math.Round(side / scale), Math.Min(width, height))) : side;
        var ((left, columns), (top, rows)) = (Span(width, large, place), Span(height, large, place >> 32));
        return new PixelArea(left, top, columns, rows);
    }

    /// <summary>Copies a window to a sample: scaled down where it is larger; where it is smaller, its edge pixels go on.</summary>
    /// <param name="part">Pixels that hold the window.</param>
    /// <param name="window">What <see cref="Choose"/> gave.</param>
    /// <param name="side">The sample's side.</param>
    /// <param name="destination">RGB rows of side² pixels.</param>
    public static void Copy(in ImagePart part, PixelArea window, int side, Span<byte> destination)
    {
        var inside = window with { Left = window.Left - part.Area.Left, Top = window.Top - part.Area.Top };
        if (inside.Width > side)
        {
            VipsImages.Resize(part.Pixels, part.Area.Width, part.Area.Height, inside, side).CopyTo(destination);
            return;
        }

        var (marginX, marginY) = ((side - inside.Width) / 2, (side - inside.Height) / 2);
        for (var y = 0; y < side; y++)
        {
            var row = part.Pixels.AsSpan((((inside.Top + Math.Clamp(y - marginY, 0, inside.Height - 1)) * part.Area.Width) + inside.Left) * 3, inside.Width * 3);
            var target = destination.Slice(y * side * 3, side * 3);
            row.CopyTo(target[(marginX * 3)..]);
            for (var x = 0; x < marginX; x++) row[..3].CopyTo(target[(x * 3)..]);
            for (var x = marginX + inside.Width; x < side; x++) row[^3..].CopyTo(target[(x * 3)..]);
        }
    }

    /// <summary>Mirrors a sample left to right.</summary>
    public static void Mirror(Span<byte> pixels, int side)
    {
        for (var y = 0; y < side; y++)
        {
            var row = pixels.Slice(y * side * 3, side * 3);
            for (int left = 0, right = (side - 1) * 3; left < right; left += 3, right -= 3)
                for (var c = 0; c < 3; c++)
                    (row[left + c], row[right + c]) = (row[right + c], row[left + c]);
        }
    }

    private static (int Start, int Length) Span(int length, int side, ulong place)
    {
        var room = length - side;
        return room <= 0 ? (0, length) : ((int)((place & 0xffffffff) * ((ulong)room + 1) >> 32), side);
    }
}
