using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>A picture of any size that exists as rows only: those of a drawn square, repeated under a slow gradient.</summary>
internal sealed class RowSource(int width, int height)
{
    private const int Side = 1024;

    private static readonly byte[] Square = DrawnImage.Rgb(Side, Side, seed: 1);

    public void Read(int y, Span<byte> rows)
    {
        for (; !rows.IsEmpty; rows = rows[(width * 3)..], y++)
        {
            var square = Square.AsSpan(y % Side * Side * 3, Side * 3);
            for (var x = 0; x < width * 3; x += square.Length) square[..Math.Min(square.Length, (width * 3) - x)].CopyTo(rows[x..]);
            var shade = (byte)((long)y * 64 / height);
            for (var x = 0; x < width * 3; x++) rows[x] = (byte)((rows[x] >> 1) + shade);
        }
    }
}
