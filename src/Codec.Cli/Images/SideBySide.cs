using NetVips;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Lays versions of one picture beside each other, whole above and the busiest detail enlarged below.</summary>
internal static class SideBySide
{
    /// <summary>The longest side of a panel; larger pictures are shrunk above, never enlarged.</summary>
    public const int PanelSide = 768;

    /// <summary>How many times the detail is enlarged.</summary>
    private const int Zoom = 3;

    private const int Separator = 4;

    /// <summary>Composes the panels from left to right.</summary>
    /// <param name="versions">Pictures of one size and format, the original first.</param>
    /// <returns>An Rgb24 picture on a white ground.</returns>
    /// <exception cref="ArgumentException">There are none, or their sizes differ.</exception>
    public static VqImage Compose(IReadOnlyList<VqImage> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        if (versions.Count == 0 || versions.Any(v => (v.Width, v.Height) != (versions[0].Width, versions[0].Height)))
            throw new ArgumentException("expected pictures of one size", nameof(versions));

        Vips.Prepare();
        var (width, height) = (versions[0].Width, versions[0].Height);
        var scale = Math.Min(1.0, (double)PanelSide / Math.Max(width, height));
        var (panelWidth, panelHeight) = (Scaled(width, scale), Scaled(height, scale));
        var (detailWidth, detailHeight) = (Math.Min(width, Math.Max(1, panelWidth / Zoom)), Math.Min(height, Math.Max(1, panelHeight / Zoom)));
        var (left, top) = BusiestDetail(versions[0], detailWidth, detailHeight);

        var columnWidth = Math.Max(panelWidth, detailWidth * Zoom);
        var totalWidth = (versions.Count * columnWidth) + ((versions.Count - 1) * Separator);
        var totalHeight = panelHeight + Separator + (detailHeight * Zoom);
        var canvas = new byte[3 * totalWidth * totalHeight];
        Array.Fill(canvas, (byte)255);
        for (var i = 0; i < versions.Count; i++)
        {
            using var image = ToRgb(versions[i]);
            using var whole = scale < 1 ? image.ThumbnailImage(panelWidth, height: panelHeight, size: Enums.Size.Force) : image.Copy();
            using var crop = image.Crop(left, top, detailWidth, detailHeight);
            using var detail = crop.Zoom(Zoom, Zoom);
            var x = i * (columnWidth + Separator);
            Paste(whole, canvas, totalWidth, x, 0);
            Paste(detail, canvas, totalWidth, x, panelHeight + Separator);
        }

        return new VqImage(totalWidth, totalHeight, PixelFormat.Rgb24, canvas);
    }

    /// <summary>The window, on a grid of half its size, whose neighbouring pixels differ most.</summary>
    internal static (int Left, int Top) BusiestDetail(VqImage image, int width, int height)
    {
        var channels = AlphaBlend.BytesPerPixel(image.Format);

        // Green, the second channel, stands for lightness.
        var lightness = channels >= 3 ? 1 : 0;
        var (best, bestAt) = (-1L, (0, 0));
        for (var top = 0; top + height <= image.Height; top += Math.Max(1, height / 2))
        {
            for (var left = 0; left + width <= image.Width; left += Math.Max(1, width / 2))
            {
                var sum = 0L;
                for (var y = top; y < top + height; y++)
                {
                    var row = (((long)y * image.Width) + left) * channels;
                    for (var x = 1; x < width; x++)
                    {
                        var at = row + (x * channels) + lightness;
                        sum += Math.Abs(image.Pixels[at] - image.Pixels[at - channels]);
                    }
                }

                if (sum > best) (best, bestAt) = (sum, (left, top));
            }
        }

        return bestAt;
    }

    private static int Scaled(int length, double scale) => Math.Max(1, (int)Math.Round(length * scale));

    private static Image ToRgb(VqImage image)
    {
        var bands = AlphaBlend.BytesPerPixel(image.Format);
        using var raw = Image.NewFromMemory(image.Pixels, image.Width, image.Height, bands, Enums.BandFormat.Uchar);
        using var typed = raw.Copy(interpretation: bands <= 2 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);

        // Transparent pixels show the ground.
        using var opaque = typed.HasAlpha() ? typed.Flatten([255]) : typed.Copy();
        return opaque.Colourspace(Enums.Interpretation.Srgb);
    }

    private static void Paste(Image image, byte[] canvas, int canvasWidth, int left, int top)
    {
        var pixels = image.WriteToMemory<byte>();
        var rowBytes = 3 * image.Width;
        for (var y = 0; y < image.Height; y++)
            pixels.AsSpan(y * rowBytes, rowBytes).CopyTo(canvas.AsSpan(3 * (((top + y) * canvasWidth) + left)));
    }
}
