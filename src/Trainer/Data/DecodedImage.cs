namespace VqVae.Trainer.Data;

/// <summary>A whole image, upright.</summary>
/// <param name="Pixels">RGB rows.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Number of rows.</param>
internal sealed record DecodedImage(byte[] Pixels, int Width, int Height);

/// <summary>A rectangle of an image, in its pixels.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
internal readonly record struct PixelArea(int Left, int Top, int Width, int Height)
{
    /// <summary>The smallest area that holds both.</summary>
    public PixelArea Union(PixelArea other)
    {
        var (left, top) = (Math.Min(Left, other.Left), Math.Min(Top, other.Top));
        return new PixelArea(left, top, Math.Max(Left + Width, other.Left + other.Width) - left, Math.Max(Top + Height, other.Top + other.Height) - top);
    }
}

/// <summary>What an image's header says.</summary>
/// <param name="Width">Pixels in a row, upright.</param>
/// <param name="Height">Number of rows, upright.</param>
/// <param name="Shrinks">Whether the format can be decoded at a half, a quarter and an eighth of its size.</param>
internal readonly record struct ImageHeader(int Width, int Height, bool Shrinks);
