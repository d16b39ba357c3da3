using CsCheck;

namespace VqVae.Runtime.Tests;

public class PixelRowsTests
{
    private static readonly bool[] Grayness = [false, true];

    private static readonly Gen<(int Width, int Height, int Multiple, int Extra, byte[] Pixels)> GenImage =
        from width in Gen.Int[1, 20]
        from height in Gen.Int[1, 20]
        from multiple in Gen.OneOf(1, 2, 4, 8, 32)
        from extra in Gen.Int[0, 5]
        from pixels in Gen.Byte.Array[((width * 4) + extra) * height]
        select (width, height, multiple, extra, pixels);

    [Fact]
    public void Convert_AnyFormatAndStride_RepeatsTheLastColumnAndKeepsAlpha() => GenImage.Sample(
        sample =>
        {
            var (width, height, multiple, extra, pixels) = sample;
            foreach (var format in Enum.GetValues<PixelFormat>())
            {
                var size = PixelRows.BytesPerPixel(format);
                var stride = (width * size) + extra;
                if (PixelRows.HasAlpha(format))
                    for (var i = 0; i < width * height; i++) pixels[(i / width * stride) + (i % width * size) + size - 1] |= 1;

                using var input = new PixelInput(width, height, format);
                var paddedWidth = TinyModel.Up(width, multiple);
                var padded = new byte[paddedWidth * height * 3];
                Assert.Equal(height, input.NextRows);
                input.Convert(pixels, stride, padded, paddedWidth);
                Assert.Equal(0, input.NextRows);
                var section = input.FinishAlpha();
                using var alpha = section.Length > 0 ? new AlphaReader(section, width, height) : null;
                for (var y = 0; y < height; y++)
                {
                    var alphas = alpha is null ? [] : alpha.ReadRow().ToArray();
                    for (var x = 0; x < paddedWidth; x++)
                    {
                        var from = (y * stride) + (Math.Min(x, width - 1) * size);
                        for (var c = 0; c < 3; c++) Assert.Equal(pixels[from + Channel(format, c)], padded[(((y * paddedWidth) + x) * 3) + c]);
                        if (PixelRows.HasAlpha(format) && x < width) Assert.Equal(pixels[from + size - 1], alpha is null ? 255 : alphas[x]);
                    }
                }
            }
        },
        seed: "0N0XIzNsQ0O2",
        iter: 200);

    [Fact]
    public void FinishAlpha_BeforeTheLastRow_Throws()
    {
        using var input = new PixelInput(3, 65, PixelFormat.Rgba32);
        Assert.Equal(64, input.NextRows);
        input.Convert(new byte[3 * 64 * 4], 12, new byte[3 * 64 * 3], 3);
        Assert.Equal(1, input.NextRows);
        Assert.Throws<InvalidOperationException>(() => input.FinishAlpha());
    }

    [Fact]
    public void FromRgb_GrayPixels_StayWhatTheyAre()
    {
        var rgb = new byte[3 * 256];
        for (var i = 0; i < 256; i++) rgb.AsSpan(3 * i, 3).Fill((byte)i);
        var gray = new byte[256];
        PixelRows.FromRgb(rgb, gray: true, PixelFormat.Gray8, gray);
        Assert.Equal(Enumerable.Range(0, 256).Select(i => (byte)i), gray);
    }

    [Fact]
    public void FromRgb_AnyFormat_GivesTheChannelsOrTheLuma() => GenImage.Sample(
        sample =>
        {
            var (width, height, _, _, pixels) = sample;
            var rgb = new byte[width * height * 3];
            for (var i = 0; i < rgb.Length; i++) rgb[i] = pixels[i * 7 % pixels.Length];
            foreach (var format in Enum.GetValues<PixelFormat>())
            {
                foreach (var gray in Grayness)
                {
                    var size = PixelRows.BytesPerPixel(format);
                    var cropped = new byte[width * height * size];
                    PixelRows.FromRgb(rgb, gray, format, cropped);
                    for (var i = 0; i < width * height; i++)
                    {
                        var pixel = rgb.AsSpan(i * 3, 3);
                        var luma = (.299 * pixel[0]) + (.587 * pixel[1]) + (.114 * pixel[2]);
                        for (var c = 0; c < (PixelRows.IsGray(format) ? 1 : 3); c++)
                        {
                            var found = cropped[(i * size) + Channel(format, c)];
                            if (gray || PixelRows.IsGray(format)) Assert.InRange(found, luma - .51, luma + .51);
                            else Assert.Equal(pixel[c], found);
                        }

                        if (PixelRows.HasAlpha(format)) Assert.Equal(255, cropped[(i * size) + size - 1]);
                    }
                }
            }
        },
        seed: "0N0XIzNsQ0O2",
        iter: 200);

    [Fact]
    public void BytesPerPixel_UnknownFormat_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => PixelRows.BytesPerPixel((PixelFormat)7));

    private static int Channel(PixelFormat format, int c) => format switch
    {
        PixelFormat.Gray8 or PixelFormat.GrayAlpha16 => 0,
        PixelFormat.Bgr24 or PixelFormat.Bgra32 => 2 - c,
        _ => c,
    };
}
