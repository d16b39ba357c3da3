using VqVae.Runtime;

namespace VqVae.Benchmarks;

/// <summary>Takes all rows of a picture and keeps one region of them.</summary>
internal sealed class RowSink(int width, int height, VqRegion part)
{
    private readonly byte[] _part = new byte[part.Width * part.Height * 3];
    private int _next;

    public void Write(int y, ReadOnlySpan<byte> rows)
    {
        if (y != _next) throw new InvalidOperationException($"expected row {_next}, got {y}");
        for (; !rows.IsEmpty; rows = rows[(width * 3)..], y++)
            if (y >= part.Y && y < part.Y + part.Height) rows.Slice(part.X * 3, part.Width * 3).CopyTo(_part.AsSpan((y - part.Y) * part.Width * 3));
        _next = y;
    }

    /// <summary>Checks that all rows came, and forgets it, so that they may come again.</summary>
    public void Finish()
    {
        if (_next != height) throw new InvalidOperationException($"expected {height} rows, got {_next}");
        _next = 0;
    }

    /// <summary>Checks that the region is the same where it is decoded alone.</summary>
    public void Verify(VqImage image)
    {
        for (var i = 0; i < _part.Length; i++)
            if (Math.Abs(_part[i] - image.Pixels[i]) > 1) throw new InvalidOperationException($"byte {i} of the region: expected {_part[i]}, got {image.Pixels[i]}");
    }
}
