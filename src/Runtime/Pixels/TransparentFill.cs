using System.Buffers;

namespace VqVae.Runtime;

/// <summary>
/// Replaces the colours of fully transparent pixels by a smooth continuation of the others, so that colours that nobody sees cost few bits, do
/// not bleed into what is seen, and are not in the file.
/// </summary>
/// <remarks>
/// Works in bands of <see cref="BandRows"/> rows counted from the image's top, whatever the caller's buffers are, so that the result depends on the
/// image alone. A band and, where there is one, the last row above it form the lowest level of a pyramid: each level halves both sides, a
/// node is the mean of those of its up to four children that have a colour. Then from the top down each node without a colour gets it from the level
/// above, interpolated linearly (9:3:3:1). Integers throughout, in units of 1/256. Where a band and all above it are transparent, the colour is a medium grey.
/// </remarks>
internal sealed class TransparentFill(int width)
{
    /// <summary>Rows of a band in images of everyday widths: far enough for a smooth transition, few enough to hold.</summary>
    private const int MostBandRows = 64;

    /// <summary>Pixels of a band at most (one row may have more): wide images have lower bands.</summary>
    private const int MostBandPixels = 1 << 22;

    private const ushort MediumGray = 128 << 8;

    private readonly byte[] _above = new byte[width * 3];
    private bool _hasAbove;

    /// <summary>Rows of a band of an image: 64, or a lower power of two where it is wide.</summary>
    public static int BandRows(int width)
    {
        var rows = MostBandRows;
        while (rows > 1 && (long)rows * width > MostBandPixels) rows >>= 1;
        return rows;
    }

    /// <summary>Fills a band.</summary>
    /// <param name="rgb">Its pixels.</param>
    /// <param name="stride">Bytes from one row of <paramref name="rgb"/> to the next.</param>
    /// <param name="alpha">Its alpha, rows tightly packed; 0 marks what is filled.</param>
    /// <param name="rows">Its rows.</param>
    public void Fill(Span<byte> rgb, int stride, ReadOnlySpan<byte> alpha, int rows)
    {
        if (alpha[..(width * rows)].Contains((byte)0)) FillBand(rgb, stride, alpha, rows);
        rgb.Slice((rows - 1) * stride, width * 3).CopyTo(_above);
        _hasAbove = true;
    }

    private void FillBand(Span<byte> rgb, int stride, ReadOnlySpan<byte> alpha, int rows)
    {
        var levels = new List<Level>();
        try
        {
            levels.Add(FromPixels(rgb, stride, alpha, rows));
            while (levels[^1] is { Width: > 1 } or { Height: > 1 }) levels.Add(levels[^1].Halve());
            levels[^1].FillAll(MediumGray);
            for (var i = levels.Count - 2; i >= 0; i--) levels[i].FillFrom(levels[i + 1]);
            ToPixels(levels[0], rgb, stride, alpha, rows);
        }
        finally
        {
            foreach (var level in levels) level.Dispose();
        }
    }

    /// <summary>The first level above the pixels, which are not copied for it.</summary>
    private Level FromPixels(ReadOnlySpan<byte> rgb, int stride, ReadOnlySpan<byte> alpha, int rows)
    {
        var top = _hasAbove ? 1 : 0;
        var level = new Level((width + 1) / 2, (rows + top + 1) / 2);
        Span<int> sum = stackalloc int[3];
        for (var y = 0; y < level.Height; y++)
        {
            for (var x = 0; x < level.Width; x++)
            {
                sum.Clear();
                var count = 0;
                for (var row = (2 * y) - top; row < Math.Min((2 * y) - top + 2, rows); row++)
                {
                    for (var column = 2 * x; column < Math.Min((2 * x) + 2, width); column++)
                    {
                        if (row >= 0 && alpha[(row * width) + column] == 0) continue;
                        var pixel = row < 0 ? _above.AsSpan(column * 3, 3) : rgb.Slice((row * stride) + (column * 3), 3);
                        for (var c = 0; c < 3; c++) sum[c] += pixel[c] << 8;
                        count++;
                    }
                }

                if (count > 0) level.Set(x, y, sum, count);
            }
        }

        return level;
    }

    private void ToPixels(Level level, Span<byte> rgb, int stride, ReadOnlySpan<byte> alpha, int rows)
    {
        var top = _hasAbove ? 1 : 0;
        Span<int> colour = stackalloc int[3];
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < width; x++)
            {
                if (alpha[(y * width) + x] != 0) continue;
                level.Interpolate(x, y + top, colour);
                for (var c = 0; c < 3; c++) rgb[(y * stride) + (x * 3) + c] = (byte)Math.Min((colour[c] + 128) >> 8, byte.MaxValue);
            }
        }
    }

    /// <summary>A level of the pyramid, in pooled memory.</summary>
    private sealed class Level : IDisposable
    {
        private readonly ushort[] _colours;
        private readonly bool[] _known;

        public Level(int width, int height)
        {
            (Width, Height) = (width, height);
            _colours = ArrayPool<ushort>.Shared.Rent(width * height * 3);
            _known = ArrayPool<bool>.Shared.Rent(width * height);
            _known.AsSpan(0, width * height).Clear();
        }

        public int Width { get; }

        public int Height { get; }

        public void Set(int x, int y, ReadOnlySpan<int> sum, int count)
        {
            var at = (y * Width) + x;
            for (var c = 0; c < 3; c++) _colours[(at * 3) + c] = (ushort)((sum[c] + (count / 2)) / count);
            _known[at] = true;
        }

        public Level Halve()
        {
            var level = new Level((Width + 1) / 2, (Height + 1) / 2);
            Span<int> sum = stackalloc int[3];
            for (var y = 0; y < level.Height; y++)
            {
                for (var x = 0; x < level.Width; x++)
                {
                    sum.Clear();
                    var count = 0;
                    for (var row = 2 * y; row < Math.Min((2 * y) + 2, Height); row++)
                    {
                        for (var at = (row * Width) + (2 * x); at < (row * Width) + Math.Min((2 * x) + 2, Width); at++)
                        {
                            if (!_known[at]) continue;
                            for (var c = 0; c < 3; c++) sum[c] += _colours[(at * 3) + c];
                            count++;
                        }
                    }

                    if (count > 0) level.Set(x, y, sum, count);
                }
            }

            return level;
        }

        /// <summary>Gives every node that has none the colour.</summary>
        public void FillAll(ushort colour)
        {
            for (var at = 0; at < Width * Height; at++)
                if (!_known[at]) _colours.AsSpan(at * 3, 3).Fill(colour);
        }

        /// <summary>Gives every node that has none its colour from the level above, which is complete.</summary>
        public void FillFrom(Level above)
        {
            Span<int> colour = stackalloc int[3];
            for (var at = 0; at < Width * Height; at++)
            {
                if (_known[at]) continue;
                above.Interpolate(at % Width, at / Width, colour);
                for (var c = 0; c < 3; c++) _colours[(at * 3) + c] = (ushort)colour[c];
            }
        }

        /// <summary>The colour of this complete level at a node of the level below.</summary>
        public void Interpolate(int x, int y, Span<int> colour)
        {
            var (nearX, nearY) = (x / 2, y / 2);
            var farX = Math.Clamp(nearX + ((x & 1) == 0 ? -1 : 1), 0, Width - 1);
            var farY = Math.Clamp(nearY + ((y & 1) == 0 ? -1 : 1), 0, Height - 1);
            var (a, b, c, d) = (At(nearX, nearY), At(farX, nearY), At(nearX, farY), At(farX, farY));
            for (var i = 0; i < 3; i++)
                colour[i] = ((9 * _colours[a + i]) + (3 * _colours[b + i]) + (3 * _colours[c + i]) + _colours[d + i] + 8) >> 4;
        }

        public void Dispose()
        {
            ArrayPool<ushort>.Shared.Return(_colours);
            ArrayPool<bool>.Shared.Return(_known);
        }

        private int At(int x, int y) => ((y * Width) + x) * 3;
    }
}
