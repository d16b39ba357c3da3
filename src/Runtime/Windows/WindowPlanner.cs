namespace VqVae.Runtime;

/// <summary>Chooses the windows: as little halo as fits the memory.</summary>
internal static class WindowPlanner
{
    /// <summary>
    /// A window has at least as many pixels as a square of so many halos a side and a little: then at most 15% more pixels than the image has
    /// go through the graph, as (32 / 30)² and what rounding and the last window add are less than that.
    /// </summary>
    private const int HalosASide = 32;

    /// <summary>
    /// No window is smaller than so many halos a side, which lets four times the image's pixels through the graph: less memory would be paid
    /// for with a call that does not end.
    /// </summary>
    private const int LeastHalosASide = 4;

    /// <summary>Bytes that the graph may take for a window anyway: larger windows than the halo asks for cost less time.</summary>
    private const long EasyBytes = 256L << 20;

    /// <summary>What the graphs take and give is one array, whatever is asked for.</summary>
    private static readonly long MostPixels = Array.MaxLength / 3;

    /// <summary>Widths that are tried, about: one image in a million is so wide that not all are.</summary>
    private const int MostCandidates = 8192;

    /// <summary>Plans the part of an image that is wanted.</summary>
    /// <param name="width">The image's width, a multiple of the alignment.</param>
    /// <param name="height">The image's height, a multiple of the alignment.</param>
    /// <param name="part">The part that is wanted; all four edges are multiples of the alignment.</param>
    /// <param name="needs">What the direction needs.</param>
    /// <param name="maxMemory">Most bytes that may be taken.</param>
    /// <param name="maxPixels">Most pixels that a window may have; <c>null</c> for what is best.</param>
    /// <returns>The plan of the fewest pixels that fits the memory, or <c>null</c> where none does.</returns>
    public static WindowPlan? Plan(int width, int height, VqRegion part, in WindowNeeds needs, long maxMemory, long? maxPixels = null)
    {
        var (extentX, extentY) = Extents(width, height, part, needs.Halo);
        var pixels = Math.Min(maxPixels ?? PreferredPixels(needs), MostPixels);

        // Windows that are made even may come out a little smaller than the smallest ones: what the smallest take is the limit all the same.
        if (LeastMemory(width, height, part, needs) > maxMemory) return null;
        if (Fits(extentX, extentY, needs)) return Create(extentX, extentY, needs);

        var least = LeastSide(needs);
        (int Width, int Height)? best = null;
        (double Pixels, long Memory) bestCost = default;
        var (smallest, largest) = (Math.Min(extentX, least), Math.Min(extentX, Aligned(pixels / Math.Min(extentY, least), needs.Alignment)));
        var step = Math.Max(needs.Alignment, Aligned((largest - smallest) / MostCandidates, needs.Alignment));
        for (var (candidate, left) = (largest, largest >= smallest); left; left = candidate > smallest, candidate = Math.Max(smallest, candidate - step))
        {
            // A hair more than fits: what is rounded down here would be missed, what is too much is left out below.
            var most = Math.Min(pixels / candidate, (long)((1 + 1e-12) * (maxMemory - needs.FixedBytes) / ((needs.BytesPerPixel * candidate) + needs.BytesPerRow)));
            var rows = Math.Min(extentY, Aligned(most, needs.Alignment));
            if (rows < Math.Min(extentY, least)) continue;
            var (w, nx) = Even(extentX, candidate, needs);
            var (h, ny) = Even(extentY, rows, needs);
            var cost = (Pixels: (double)w * nx * h * ny, Memory: needs.Memory(w, h));
            if (cost.Memory > maxMemory || (best is not null && cost.CompareTo(bestCost) >= 0)) continue;
            (best, bestCost) = ((w, h), cost);
        }

        return best is { } size ? Create(size.Width, size.Height, needs) : null;

        bool Fits(int w, int h, in WindowNeeds needs) => (long)w * h <= pixels && needs.Memory(w, h) <= maxMemory;

        WindowPlan Create(int w, int h, in WindowNeeds needs) => new(
            new WindowAxis(width, part.X, part.X + part.Width, needs.Halo, w),
            new WindowAxis(height, part.Y, part.Y + part.Height, needs.Halo, h),
            needs.Memory(w, h));
    }

    /// <summary>Bytes that the smallest windows take: a limit below that has no plan.</summary>
    public static long LeastMemory(int width, int height, VqRegion part, in WindowNeeds needs)
    {
        var (extentX, extentY) = Extents(width, height, part, needs.Halo);
        var least = LeastSide(needs);
        return needs.Memory(Math.Min(extentX, least), Math.Min(extentY, least));
    }

    private static (int X, int Y) Extents(int width, int height, VqRegion part, int halo) =>
        (WindowAxis.Extent(width, part.X, part.X + part.Width, halo), WindowAxis.Extent(height, part.Y, part.Y + part.Height, halo));

    private static long PreferredPixels(in WindowNeeds needs)
    {
        long side = (HalosASide * needs.Halo) + (2 * needs.Alignment);
        return Math.Max(side * side, (long)(EasyBytes / needs.BytesPerPixel));
    }

    private static int LeastSide(in WindowNeeds needs) => Math.Max(needs.Alignment, LeastHalosASide * needs.Halo);

    /// <summary>The smallest windows that are as few as those of the size, and how many they are.</summary>
    private static (int Size, long Count) Even(int extent, int size, in WindowNeeds needs)
    {
        if (size >= extent) return (extent, 1);
        var halos = 2 * needs.Halo;
        var count = DivideUp(extent - halos, size - halos);
        return (Aligned(DivideUp(extent - halos, count) + needs.Alignment - 1, needs.Alignment) + halos, count);
    }

    private static int Aligned(long size, int alignment) => (int)(Math.Min(size, int.MaxValue) / alignment * alignment);

    private static int DivideUp(int a, int b) => (a + b - 1) / b;
}
