using VqVae.Models;
using VqVae.Trainer.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>
/// Runs a model over images of any size: those that are too large for the memory in windows, each with as much of the image around it as
/// its results depend on, so that they are what the whole image would give, but for float32 sums in another order.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="side">Side of a window's own part in pixels, a multiple of the model's largest stride.</param>
internal sealed class WindowedModel(Autoencoder model, int side)
{
    /// <summary>Largest side of a window.</summary>
    private const int LargestSide = 2048;

    /// <summary>What the layers of one window may take, in bytes.</summary>
    private const double Memory = 1 << 30;

    private readonly ReceptiveField _field = ReceptiveField.Of(model.Spec);

    /// <summary>Windows as large as about 1 GiB allows, by what <see cref="MemoryCost"/> counts for the same layers elsewhere.</summary>
    public WindowedModel(Autoencoder model)
        : this(model, SideFor(model.Spec))
    {
    }

    /// <summary>The model.</summary>
    public Autoencoder Model => model;

    /// <summary>Image to indices; the image is extended by its edge pixels to multiples of the largest stride.</summary>
    /// <param name="pixels">uint8 <c>[1,H,W,3]</c>.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <param name="lambda">λ of the search in squared 8-bit units a bit; 0 for the nearest code.</param>
    /// <returns>For each plane int64 <c>[1,L,h,w]</c>.</returns>
    public IReadOnlyList<Tensor> Encode(Tensor pixels, int ratePoint, double lambda)
    {
        using var scope = NewDisposeScope();
        var spec = model.Spec;
        var padded = Pad(pixels, spec.LargestStride);
        var (height, width) = (padded.shape[1], padded.shape[2]);
        Tensor[] maps = [.. spec.Planes.Select(p => zeros(1, p.Stages, height / p.Stride, width / p.Stride, dtype: ScalarType.Int64, device: pixels.device))];
        foreach (var window in Windows(height, width, RoundUp(_field.Encoder, spec.LargestStride)))
        {
            using var windowScope = NewDisposeScope();
            var part = padded.narrow(1, window.Rows.Start, window.Rows.Length).narrow(2, window.Columns.Start, window.Columns.Length);
            var found = model.EncodeIndices(PixelTensors.ToInput(part, spec.InputChannels), ratePoint, lambda);
            for (var plane = 0; plane < maps.Length; plane++)
            {
                var stride = spec.Planes[plane].Stride;
                Own(maps[plane], 2, window, stride, whole: true).copy_(Own(found[plane], 2, window, stride, whole: false));
            }
        }

        return [.. maps.Select(m => m.MoveToOuterDisposeScope())];
    }

    /// <summary>Indices to an image.</summary>
    /// <param name="indices">For each plane int64 <c>[1,L,h,w]</c>.</param>
    /// <param name="stages">How many leading stages of each plane are used.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <param name="height">The image's height, without what it was extended by.</param>
    /// <param name="width">The image's width.</param>
    /// <returns>uint8 <c>[1,height,width,3]</c>.</returns>
    public Tensor Decode(IReadOnlyList<Tensor> indices, int stages, int ratePoint, long height, long width)
    {
        using var scope = NewDisposeScope();
        var planes = model.Spec.Planes;
        var (paddedHeight, paddedWidth) = (indices[0].shape[2] * planes[0].Stride, indices[0].shape[3] * planes[0].Stride);
        var image = zeros(1, paddedHeight, paddedWidth, 3, dtype: ScalarType.Byte, device: indices[0].device);
        foreach (var window in Windows(paddedHeight, paddedWidth, _field.Decoder))
        {
            using var windowScope = NewDisposeScope();
            var parts = indices.Select((map, i) => map
                .narrow(2, window.Rows.Start / planes[i].Stride, window.Rows.Length / planes[i].Stride)
                .narrow(3, window.Columns.Start / planes[i].Stride, window.Columns.Length / planes[i].Stride)).ToArray();
            var decoded = PixelTensors.ToPixels(model.DecodeIndices(parts, stages, ratePoint));
            Own(image, 1, window, 1, whole: true).copy_(Own(decoded, 1, window, 1, whole: false));
        }

        return image.narrow(1, 0, height).narrow(2, 0, width).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The window side for a model: a power of two, so that every stride divides it.</summary>
    internal static int SideFor(ModelSpec spec)
    {
        var cost = MemoryCost.Of(spec);
        var field = ReceptiveField.Of(spec);
        var side = LargestSide;
        while (side > spec.LargestStride && Needs(side) > Memory) side /= 2;
        return side;

        double Needs(double own) => Math.Max(cost.Encoder * Square(own + (2 * field.Encoder)), cost.Decoder * Square(own + (2 * field.Decoder)));
    }

    /// <summary>A window's own part of a tensor of the whole image or of the window, at a stride.</summary>
    private static Tensor Own(Tensor tensor, int rowDimension, Window window, int stride, bool whole)
    {
        var (rows, columns) = (window.Rows, window.Columns);
        var (top, left) = whole ? (rows.OwnStart, columns.OwnStart) : (rows.OwnStart - rows.Start, columns.OwnStart - columns.Start);
        return tensor.narrow(rowDimension, top / stride, rows.OwnLength / stride).narrow(rowDimension + 1, left / stride, columns.OwnLength / stride);
    }

    private IEnumerable<Window> Windows(long height, long width, long halo) =>
        from rows in Spans(height, halo)
        from columns in Spans(width, halo)
        select new Window(rows, columns);

    /// <summary>Divides a length into windows. At the image's ends there is no halo: there the networks' own padding applies.</summary>
    private IEnumerable<Span> Spans(long length, long halo)
    {
        for (long own = 0; own < length; own += side)
        {
            var ownLength = Math.Min(side, length - own);
            var start = Math.Max(0, own - halo);
            yield return new Span(start, Math.Min(length, own + ownLength + halo) - start, own, ownLength);
        }
    }

    /// <summary>Extends an image by its edge pixels, to the right and downwards.</summary>
    private static Tensor Pad(Tensor pixels, int multiple)
    {
        var (height, width) = (pixels.shape[1], pixels.shape[2]);
        var (rows, columns) = (RoundUp(height, multiple), RoundUp(width, multiple));
        using var scope = NewDisposeScope();
        var padded = pixels.alias();
        if (rows > height) padded = padded.index_select(1, arange(rows, dtype: ScalarType.Int64, device: pixels.device).clamp(0, height - 1));
        if (columns > width) padded = padded.index_select(2, arange(columns, dtype: ScalarType.Int64, device: pixels.device).clamp(0, width - 1));
        return padded.MoveToOuterDisposeScope();
    }

    private static long RoundUp(long value, long multiple) => (value + multiple - 1) / multiple * multiple;

    private static double Square(double value) => value * value;

    /// <summary>A window along one axis, in pixels: what is computed, and the part of it whose results count.</summary>
    private readonly record struct Span(long Start, long Length, long OwnStart, long OwnLength);

    private readonly record struct Window(Span Rows, Span Columns);
}
