namespace VqVae.Exporter.Quality;

/// <summary>The images of <c>calibration.safetensors</c>: uint8 <c>[Count,Side,Side,3]</c>.</summary>
internal sealed record CalibrationImages(int Count, int Side, ReadOnlyMemory<byte> Pixels)
{
    /// <summary>
    /// The images side by side in one picture, which the encoder's entropy contexts see as a photograph: as many as make about a megapixel.
    /// </summary>
    /// <param name="mostPixels">Most pixels of the picture, unless one image has more.</param>
    /// <returns>RGB rows, and its sides.</returns>
    public (byte[] Rgb, int Width, int Height) Mosaic(long mostPixels)
    {
        var most = Math.Max(1, Math.Min(Count, mostPixels / ((long)Side * Side)));
        var columns = (int)Math.Sqrt(most);
        var rows = (int)(most / columns);
        var (width, height) = (columns * Side, rows * Side);
        var rgb = new byte[width * height * 3];
        for (var image = 0; image < columns * rows; image++)
        {
            var (left, top) = (image % columns * Side, image / columns * Side);
            for (var y = 0; y < Side; y++)
                Pixels.Span.Slice(((image * Side) + y) * Side * 3, Side * 3).CopyTo(rgb.AsSpan((((top + y) * width) + left) * 3));
        }

        return (rgb, width, height);
    }

    /// <summary>The top left corner of an image, <c>[side,side,3]</c>.</summary>
    public byte[] Crop(int image, int side)
    {
        var rgb = new byte[side * side * 3];
        for (var y = 0; y < side; y++) Pixels.Span.Slice(((image * Side) + y) * Side * 3, side * 3).CopyTo(rgb.AsSpan(y * side * 3));
        return rgb;
    }
}
