namespace VqVae.Runtime.Tests;

public class TransparentFillTests
{
    [Fact]
    public void Fill_HiddenColours_DoNotSurvive()
    {
        const int Width = 70;
        const int Height = 150;
        var random = new Random(1);
        var alpha = Enumerable.Range(0, Width * Height).Select(i => (byte)(random.Next(3) * 127)).ToArray();
        var rgb = new byte[Width * Height * 3];
        random.NextBytes(rgb);
        var other = (byte[])rgb.Clone();
        for (var i = 0; i < other.Length; i++)
            if (alpha[i / 3] == 0) other[i] = (byte)random.Next(256);

        var filled = Fill(rgb, alpha, Width, Height);
        Assert.Equal(filled, Fill(other, alpha, Width, Height));
        for (var i = 0; i < rgb.Length; i++)
            if (alpha[i / 3] != 0) Assert.Equal(rgb[i], filled[i]);
    }

    [Fact]
    public void Fill_OneVisibleColour_GoesEverywhere()
    {
        // The only visible pixel is in the second band: the first one, above it, knows no colour yet.
        const int Width = 33;
        const int Height = 200;
        var alpha = new byte[Width * Height];
        alpha[(100 * Width) + 20] = 1;
        var rgb = new byte[Width * Height * 3];
        rgb[((100 * Width) + 20) * 3] = 200;
        var filled = Fill(rgb, alpha, Width, Height);
        Assert.All(filled.Take(64 * Width * 3), value => Assert.Equal(128, value));
        for (var i = 100 * Width * 3; i < filled.Length; i++) Assert.InRange(filled[i], i % 3 == 0 ? 128 : 0, i % 3 == 0 ? 200 : 128);
        Assert.All(filled.Skip(192 * Width * 3).Chunk(3), pixel => Assert.True(pixel[0] >= 128 && pixel[1] <= 128));
    }

    [Fact]
    public void Fill_BetweenTwoColours_IsSmoothAndBetweenThem()
    {
        const int Width = 64;
        const int Height = 64;
        var rgb = new byte[Width * Height * 3];
        var alpha = new byte[Width * Height];
        new Random(2).NextBytes(rgb);
        for (var y = 0; y < Height; y++)
        {
            foreach (var x in new[] { 0, 1, 62, 63 })
            {
                alpha[(y * Width) + x] = 255;
                rgb.AsSpan(((y * Width) + x) * 3, 3).Fill((byte)(x < 2 ? 40 : 220));
            }
        }

        var filled = Fill(rgb, alpha, Width, Height);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 1; x < Width; x++)
            {
                var step = filled[((y * Width) + x) * 3] - filled[((y * Width) + x - 1) * 3];
                Assert.InRange(step, 0, 12);
            }
        }
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(65536, 64)]
    [InlineData(65537, 32)]
    [InlineData(VqLimits.MaxSide, 1)]
    public void BandRows_Width_KeepsBandsSmall(int width, int rows) => Assert.Equal(rows, TransparentFill.BandRows(width));

    internal static byte[] Fill(byte[] rgb, byte[] alpha, int width, int height)
    {
        var filled = (byte[])rgb.Clone();
        var fill = new TransparentFill(width);
        var band = TransparentFill.BandRows(width);
        for (var y = 0; y < height; y += band)
            fill.Fill(filled.AsSpan(y * width * 3), width * 3, alpha.AsSpan(y * width), Math.Min(band, height - y));
        return filled;
    }
}
