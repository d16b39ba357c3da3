using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>What is checked of a call's arguments, and what is done with its spans.</summary>
internal static class CallChecks
{
    /// <summary>Checks all but the pixels, and says what the file's header will be.</summary>
    public static VqHeader Header(CodecParts parts, int width, int height, PixelFormat format, VqCompressOptions options, in EncoderSettings settings)
    {
        Side(width, nameof(width));
        Side(height, nameof(height));
        PixelRows.BytesPerPixel(format);
        if (!options.Exif.IsEmpty && ExifSection.Problem(options.Exif.Span) is { } problem) throw new ArgumentException(problem);

        var padding = Padding.Of(parts.Planes, width, height);
        if ((parts.Limits.Excess(width, height, padding) ?? parts.Limits.IndexExcess(parts.Planes, settings.Stages, padding)) is { } excess) throw new ArgumentException(excess);
        return new VqHeader
        {
            Width = width,
            Height = height,
            IsGray = PixelRows.IsGray(format),
            ModelId = ModelId.Parse(parts.Graphs.Manifest.Id),
            RatePoint = settings.RatePoint,
            Stages = settings.Stages,
            EntropyMode = settings.Mode,
            TileBits = TilePolicy.BitsFor(width, height),
        };
    }

    /// <summary>Checks that so many bytes are the image's rows.</summary>
    public static int Rows(int length, in VqHeader header, PixelFormat format, int stride, bool mayBeMore)
    {
        var row = (long)header.Width * PixelRows.BytesPerPixel(format);
        if (stride < row) throw new ArgumentException($"stride: expected at least a row's {row} bytes, got {stride}");
        var needed = ((long)stride * (header.Height - 1)) + row;
        if (mayBeMore ? length >= needed : length == needed) return stride;
        throw new ArgumentException($"{header.Width}×{header.Height} {format}: expected {(mayBeMore ? "at least " : "")}{needed} bytes of pixels, got {length}");
    }

    /// <summary>The part that is asked for, or all of the image.</summary>
    /// <exception cref="ArgumentException">It is not inside the image.</exception>
    public static VqRegion Region(VqRegion? asked, in VqHeader header)
    {
        if (asked is not { } region) return new VqRegion(0, 0, header.Width, header.Height);
        var isInside = region is { X: >= 0, Y: >= 0, Width: > 0, Height: > 0 } && region.Width <= header.Width - region.X && region.Height <= header.Height - region.Y;
        return isInside
            ? region
            : throw new ArgumentException($"region: expected a rectangle inside the image of {header.Width}×{header.Height}, got {region.Width}×{region.Height} at column {region.X}, row {region.Y}");
    }

    private static void Side(int side, string name)
    {
        if (side is < 1 or > VqLimits.MaxSide) throw new ArgumentOutOfRangeException(name, side, $"expected 1 to {VqLimits.MaxSide} pixels");
    }
}
