using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Windows' cores in positions of a plane.</summary>
internal static class WindowCores
{
    /// <summary>The core of a window in the image.</summary>
    public static TileRectangle Core(this LatentPlane plane, WindowSpan x, WindowSpan y) => new(
        x.CoreStart / plane.Stride, y.CoreStart / plane.Stride, (x.CoreEnd - x.CoreStart) / plane.Stride, (y.CoreEnd - y.CoreStart) / plane.Stride);

    /// <summary>The core of a window in the window.</summary>
    public static TileRectangle CoreInWindow(this LatentPlane plane, WindowSpan x, WindowSpan y) => plane.Core(x, y) with
    {
        X = (x.CoreStart - x.Start) / plane.Stride,
        Y = (y.CoreStart - y.Start) / plane.Stride,
    };
}
