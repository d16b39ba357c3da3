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
    public void Pad_AnyFormatAndStride_RepeatsTheLastColumnAndRow() => GenImage.Sample(
        sample =>
        {
            var (width, height, multiple, extra, pixels) = sample;
            foreach (var format in Enum.GetValues<PixelFormat>())
            {
                var size = PixelRows.BytesPerPixel(format);
                var stride = (width * size) + extra;
                if (PixelRows.HasAlpha(format))
                    for (var i = 0; i < width * height; i++) pixels[(i / width * stride) + (i % width * size) + size - 1] = 255;

                var padding = new Padding(TinyModel.Up(width, multiple), TinyModel.Up(height, multiple));
                var padded = new byte[padding.RgbSize];
                PixelRows.Pad(pixels, width, height, stride, format, padding, padded);
                for (var y = 0; y < padding.Height; y++)
                {
                    for (var x = 0; x < padding.Width; x++)
                    {
                        var from = (Math.Min(y, height - 1) * stride) + (Math.Min(x, width - 1) * size);
                        for (var c = 0; c < 3; c++)
                            Assert.Equal(pixels[from + Channel(format, c)], padded[(((y * padding.Width) + x) * 3) + c]);
                    }
                }
            }
        },
        seed: "0N0XIzNsQ0O2",
        iter: 200);

    [Fact]
    public void Pad_TransparentPixel_SaysWhereAndWhatToDo()
    {
        var pixels = Enumerable.Repeat((byte)255, 4 * 3 * 2).ToArray();
        pixels[(4 * (3 + 1)) + 3] = 254;
        var error = Assert.Throws<ArgumentException>(
            () => PixelRows.Pad(pixels, 3, 2, 12, PixelFormat.Rgba32, new Padding(8, 8), new byte[3 * 64]));
        Assert.Equal("the pixel at column 1, row 1 has alpha 254: transparency is not kept yet; flatten the image onto a background first", error.Message);
    }

    [Fact]
    public void Crop_GrayPixels_StayWhatTheyAre()
    {
        var rgb = new byte[3 * 256];
        for (var i = 0; i < 256; i++) rgb.AsSpan(3 * i, 3).Fill((byte)i);
        var gray = new byte[256];
        PixelRows.Crop(rgb, new Padding(256, 1), 256, 1, gray: true, PixelFormat.Gray8, gray);
        Assert.Equal(Enumerable.Range(0, 256).Select(i => (byte)i), gray);
    }

    [Fact]
    public void Crop_AnyFormat_GivesTheChannelsOrTheLuma() => GenImage.Sample(
        sample =>
        {
            var (width, height, multiple, _, pixels) = sample;
            var padding = new Padding(TinyModel.Up(width, multiple), TinyModel.Up(height, multiple));
            var rgb = new byte[padding.RgbSize];
            for (var i = 0; i < rgb.Length; i++) rgb[i] = pixels[i * 7 % pixels.Length];
            foreach (var format in Enum.GetValues<PixelFormat>())
            {
                foreach (var gray in Grayness)
                {
                    var size = PixelRows.BytesPerPixel(format);
                    var cropped = new byte[width * height * size];
                    PixelRows.Crop(rgb, padding, width, height, gray, format, cropped);
                    for (var i = 0; i < width * height; i++)
                    {
                        var pixel = rgb.AsSpan(((i / width * padding.Width) + (i % width)) * 3, 3);
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
