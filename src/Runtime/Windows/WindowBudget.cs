using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>What windows of a model take, and which ones fit a limit of memory.</summary>
internal sealed class WindowBudget
{
    /// <summary>Most pixels that go through a graph for each pixel of the image, where memory allows it.</summary>
    private const double MostOverhead = 1.15;

    /// <summary>
    /// Bytes for windows and their rows that are not passed without need, whatever is allowed: estimates are on the safe side, and calls that
    /// take a little less than a gigabyte in all suit more machines than those that save some percent of the halos.
    /// </summary>
    private const long EnoughBytes = 1000L << 20;

    private const int RgbBytes = 3;

    private readonly LatentPlane[] _planes;
    private readonly ReceptiveField _field;
    private readonly MemoryCost _cost;
    private readonly long _maxMemory;
    private readonly long? _windowPixels;
    private readonly int _alignment;

    /// <param name="spec">The model.</param>
    /// <param name="maxMemory">Most bytes that a call may take.</param>
    /// <param name="windowPixels">Most pixels of a window; <c>null</c> for what is best.</param>
    public WindowBudget(ModelSpec spec, long maxMemory, long? windowPixels)
    {
        _planes = [.. spec.Planes];
        _field = ReceptiveField.Of(spec);
        _cost = MemoryCost.Of(spec);
        _maxMemory = maxMemory;
        _windowPixels = windowPixels;
        _alignment = spec.LargestStride;
    }

    /// <summary>Plans the encoder's windows.</summary>
    /// <param name="padding">The padded image.</param>
    /// <param name="stages">Stages that are kept.</param>
    /// <param name="otherBytes">Bytes that the call takes beside windows, rows, maps and blocks.</param>
    /// <param name="latentBytes">Bytes of latents that a window gives for each pixel; 0 where the graph searches them itself.</param>
    /// <param name="refusal">What is over the limit, where there is no plan.</param>
    public WindowPlan? Encoder(Padding padding, int stages, long otherBytes, double latentBytes, out string? refusal)
    {
        // Raw blocks, and so all blocks together, are at most as long as the maps.
        var maps = IndexMaps.Bytes(_planes, stages, padding);
        if (maps > Array.MaxLength)
        {
            refusal = $"{padding.Width}×{padding.Height} pixels in {stages} stages may make a file of {maps} bytes: expected at most the {Array.MaxLength} that an array can have";
            return null;
        }

        // Maps, and the tiles' blocks beside the file.
        var needs = new WindowNeeds
        {
            Alignment = _alignment,
            Halo = Aligned(_field.Encoder),
            BytesPerPixel = _cost.Encoder + WindowBytes(int.MaxValue) + latentBytes,
            BytesPerRow = 2L * RgbBytes * padding.Width,
            FixedBytes = (3 * maps) + (2 * 4 * RowChunk.Pixels(padding.Width)) + otherBytes,
        };
        return Plan(padding, new VqRegion(0, 0, padding.Width, padding.Height), needs, out refusal);
    }

    /// <summary>Plans the decoder's windows.</summary>
    /// <param name="padding">The padded image.</param>
    /// <param name="part">The part that is wanted, in pixels of the padded image.</param>
    /// <param name="stages">Stages that are decoded.</param>
    /// <param name="otherBytes">Bytes that the call takes beside windows, rows, maps and result.</param>
    /// <param name="resultBytes">Bytes of the result in memory, if it is to be one array.</param>
    /// <param name="toArray">Whether it is.</param>
    /// <param name="refusal">What is over the limit, where there is no plan.</param>
    /// <remarks>
    /// Windows are the same for rows and arrays wherever the array fits: they are chosen as if there were one, and pixels do not depend on how
    /// they are taken.
    /// </remarks>
    public WindowPlan? Decoder(Padding padding, VqRegion part, int stages, long otherBytes, long resultBytes, bool toArray, out string? refusal)
    {
        part = Outwards(part);
        var needs = new WindowNeeds
        {
            Alignment = _alignment,
            Halo = Aligned(_field.Decoder),
            BytesPerPixel = _cost.Decoder + WindowBytes(stages),
            BytesPerRow = 2L * RgbBytes * part.Width,
            FixedBytes = IndexMaps.Bytes(_planes, stages, padding) + (4 * RowChunk.Pixels(part.Width)) + otherBytes,
        };
        var plan = Plan(padding, part, needs with { FixedBytes = needs.FixedBytes + resultBytes }, out refusal);
        if (plan is not null || toArray)
        {
            if (refusal is not null && Plan(padding, part, needs, out _) is not null) refusal += "; taken as rows it fits";
            return plan;
        }

        return Plan(padding, part, needs, out refusal);
    }

    private WindowPlan? Plan(Padding padding, VqRegion part, in WindowNeeds needs, out string? refusal)
    {
        var plan = WindowPlanner.Plan(padding.Width, padding.Height, part, needs, Math.Min(_maxMemory, needs.FixedBytes + EnoughBytes), _windowPixels);
        if (plan is null || plan.Overhead > MostOverhead)
            plan = WindowPlanner.Plan(padding.Width, padding.Height, part, needs, _maxMemory, _windowPixels) ?? plan;
        refusal = plan is not null
            ? null
            : $"{part.Width}×{part.Height} pixels take at least {WindowPlanner.LeastMemory(padding.Width, padding.Height, part, needs)} bytes of memory with this model: expected at most {_maxMemory}; MaxMemory sets the limit";
        return plan;
    }

    /// <summary>Bytes of a window's pixel in and out of a graph: RGB, and its share of the indices.</summary>
    private double WindowBytes(int stages) =>
        RgbBytes + _planes.Sum(p => (double)sizeof(int) * Math.Min(stages, p.Stages) / (p.Stride * p.Stride));

    /// <summary>The part with its edges moved outwards to multiples of the alignment.</summary>
    private VqRegion Outwards(VqRegion part)
    {
        var (x, y) = (part.X / _alignment * _alignment, part.Y / _alignment * _alignment);
        return new VqRegion(x, y, Aligned(part.X + part.Width - x), Aligned(part.Y + part.Height - y));
    }

    private int Aligned(int size) => (size + _alignment - 1) / _alignment * _alignment;
}
