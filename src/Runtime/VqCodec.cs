using System.Buffers;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// Compresses images to <c>.vq</c> files and back with one model. Load it once and share it: all members may be called from any thread at
/// any time.
/// </summary>
/// <example><code>
/// using var codec = VqCodec.LoadDefault();
/// byte[] vq = codec.Compress(rgb, width, height);
/// VqImage image = codec.Decompress(vq);
/// </code></example>
public sealed class VqCodec : IDisposable
{
    private readonly ModelGraphs _graphs;
    private readonly VqLimits _limits;
    private readonly LatentPlane[] _planes;
    private readonly int _stages;
    private readonly ModelId _id;
    private readonly CoderSet _coders;
    private readonly UsageGate _gate;

    internal VqCodec(ModelGraphs graphs, VqLimits limits, CoderSet? coders = null)
    {
        _coders = coders ?? new CoderSet(graphs.Manifest, graphs.Tables is { } tables ? tables.Coder : null);
        _graphs = graphs;
        _limits = limits;
        _planes = [.. graphs.Manifest.Planes];
        _stages = _planes.Max(p => p.Stages);
        _id = ModelId.Parse(graphs.Manifest.Id);
        _gate = new UsageGate(graphs.Dispose);
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest => _graphs.Manifest;

    /// <summary>The device that the model really runs on: the CPU or a CUDA device.</summary>
    public VqDevice Device => _graphs.Device;

    /// <summary>The graphs, for measuring them bare.</summary>
    internal ModelGraphs Graphs => _graphs;

    /// <summary>Loads a model folder. Load only models that you trust as you trust code.</summary>
    /// <param name="modelFolder">A folder that the exporter wrote.</param>
    /// <param name="options">Device, threads and limits.</param>
    /// <exception cref="ModelFormatException">The folder or one of its files is missing, malformed, or not the file that was hashed.</exception>
    /// <exception cref="PlatformNotSupportedException">The device that was asked for is not there; the message says what is missing.</exception>
    /// <exception cref="IOException">A file of the folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file of the folder may not be read.</exception>
    public static VqCodec Load(string modelFolder, VqCodecOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFolder);
        options ??= new VqCodecOptions();
        options.Validate();
        return new VqCodec(ModelGraphs.Load(modelFolder, options), options.Limits);
    }

    /// <summary>Loads the model in the folder that the environment variable <c>VQVAE_MODEL</c> names, otherwise <c>models/small</c> beside the program.</summary>
    /// <param name="options">Device, threads and limits.</param>
    /// <exception cref="ModelFormatException">There is no model in either place, or it is malformed.</exception>
    /// <exception cref="PlatformNotSupportedException">The device that was asked for is not there; the message says what is missing.</exception>
    /// <exception cref="IOException">A file of the folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file of the folder may not be read.</exception>
    public static VqCodec LoadDefault(VqCodecOptions? options = null) => Load(DefaultModel.FindFolder(), options);

    /// <summary>Compresses an image.</summary>
    /// <param name="pixels">Rows from top to bottom; exactly the image where rows are tightly packed, at least the image where a stride is given.</param>
    /// <param name="width">Pixels in a row, 1 to <see cref="VqLimits.MaxSide"/>.</param>
    /// <param name="height">Rows, 1 to <see cref="VqLimits.MaxSide"/>.</param>
    /// <param name="format">How a pixel lies in memory.</param>
    /// <param name="options">Stages, rate weight and row stride.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <returns>The <c>.vq</c> file.</returns>
    /// <exception cref="ArgumentException">
    /// Size, format, options and pixels do not fit together, the model lacks the entropy mode or rate point, or the image is over a limit.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The codec was disposed.</exception>
    public byte[] Compress(
        ReadOnlySpan<byte> pixels,
        int width,
        int height,
        PixelFormat format = PixelFormat.Rgb24,
        VqCompressOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new VqCompressOptions();
        var stride = CheckImage(pixels.Length, width, height, format, options.Stride);
        var stages = CheckStages(options.Stages, _stages);
        if (!(options.Lambda >= 0 && options.Lambda <= float.MaxValue))
            throw new ArgumentException($"lambda: expected a finite number of 0 or more, got {options.Lambda}");
        if (options.RatePoint < 0 || options.RatePoint >= Manifest.RatePoints)
            throw new ArgumentException($"rate point: expected 0 to the model's {Manifest.RatePoints - 1}, got {options.RatePoint}");
        var mode = options.EntropyMode ?? _coders.Default(options.RatePoint);
        var coder = _coders.ForWriting(mode, options.RatePoint);

        using var usage = Enter(cancellationToken);
        var padding = Padding.Of(_planes, width, height);
        using var indices = new IndexBuffers(_planes, _stages, padding);
        var rgb = ArrayPool<byte>.Shared.Rent(padding.RgbSize);
        byte[] alpha;
        try
        {
            alpha = ReadPixels(pixels, width, height, stride, format, padding, rgb);
            _graphs.Encode(rgb.AsMemory(0, padding.RgbSize), 1, padding.Height, padding.Width, options.RatePoint, (float)options.Lambda, indices.Planes, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgb);
        }

        var header = new VqHeader
        {
            Width = width,
            Height = height,
            IsGray = PixelRows.IsGray(format),
            ModelId = _id,
            RatePoint = options.RatePoint,
            Stages = stages,
            EntropyMode = mode,
            TileBits = TilePolicy.BitsFor(width, height),
        };
        using var maps = new IndexMaps(_planes, stages, padding);
        indices.CopyTo(maps);
        return AllTiles.Encode(header, maps, coder, _coders.Raw, alpha);
    }

    /// <summary>Compresses an image.</summary>
    /// <inheritdoc cref="Compress(ReadOnlySpan{byte}, int, int, PixelFormat, VqCompressOptions?, CancellationToken)"/>
    public byte[] Compress(VqImage image, VqCompressOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Compress(image.Pixels, image.Width, image.Height, image.Format, options, cancellationToken);
    }

    /// <summary>Decompresses a <c>.vq</c> file that was made with this model.</summary>
    /// <param name="vq">The whole file.</param>
    /// <param name="options">Stages and pixel format.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <returns>
    /// The image: grey where it went in grey, otherwise RGB, each with alpha where the image has transparent pixels; or the format that is asked for.
    /// </returns>
    /// <exception cref="VqFormatException">The file is damaged, cut short, of another version or model, or over the limit.</exception>
    /// <exception cref="ArgumentException">The options are out of range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The codec was disposed.</exception>
    public VqImage Decompress(ReadOnlySpan<byte> vq, VqDecompressOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = options?.Stages;
        if (asked < 1) throw new ArgumentException($"stages: expected at least 1, got {asked}");
        if (options?.Format is { } wanted) PixelRows.BytesPerPixel(wanted);

        using var usage = Enter(cancellationToken);
        var document = VqDocument.Open(vq, Manifest, _limits, options?.AllowPartial ?? false);
        var header = document.Header;
        var coder = _coders.ForReading(header);
        var format = options?.Format ?? header.Format;
        var stages = Math.Min(header.Stages, asked ?? header.Stages);
        var padding = Padding.Of(_planes, header.Width, header.Height);
        using var maps = new IndexMaps(_planes, stages, padding);
        AllTiles.Decode(document, vq, coder, _coders.Raw, maps);
        stages = maps.Stages;
        using var indices = new IndexBuffers(_planes, stages, padding);
        indices.CopyFrom(maps);

        using var output = new PixelOutput(header, document.Sections.Alpha.Of(vq), new VqRegion(0, 0, header.Width, header.Height), format);
        var pixels = new byte[checked(header.Width * header.Height * PixelRows.BytesPerPixel(format))];
        if (format == PixelFormat.Rgb24 && !header.IsGray && pixels.Length == padding.RgbSize)
        {
            Decode(pixels);
        }
        else
        {
            var rgb = ArrayPool<byte>.Shared.Rent(padding.RgbSize);
            try
            {
                Decode(rgb.AsMemory(0, padding.RgbSize));
                output.Convert(rgb, padding.Width, header.Height, pixels);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rgb);
            }
        }

        return new VqImage(header.Width, header.Height, format, pixels);

        void Decode(Memory<byte> image) =>
            _graphs.Decode(indices.Planes, stages, 1, padding.Height, padding.Width, header.RatePoint, image, cancellationToken);
    }

    /// <summary>Compresses an image whose rows come bit by bit, in memory that does not grow with the image.</summary>
    /// <param name="rows">Gives the rows.</param>
    /// <param name="width">Pixels in a row, 1 to <see cref="VqLimits.MaxSide"/>.</param>
    /// <param name="height">Rows, 1 to <see cref="VqLimits.MaxSide"/>.</param>
    /// <param name="format">How a pixel lies in memory.</param>
    /// <param name="options">Stages, rate weight, entropy mode; a stride has no meaning here.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <returns>The <c>.vq</c> file.</returns>
    /// <inheritdoc cref="Compress(ReadOnlySpan{byte}, int, int, PixelFormat, VqCompressOptions?, CancellationToken)" path="/exception"/>
    public byte[] Compress(
        VqRowReader rows,
        int width,
        int height,
        PixelFormat format = PixelFormat.Rgb24,
        VqCompressOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var pixels = new byte[checked(width * height * PixelRows.BytesPerPixel(format))];
        rows(0, pixels);
        return Compress(pixels, width, height, format, options, cancellationToken);
    }

    /// <summary>Decompresses to rows, in memory that does not grow with the image.</summary>
    /// <param name="vq">The whole file.</param>
    /// <param name="rows">Takes the rows of the image, or of the region that the options name (numbered from 0 then, too).</param>
    /// <param name="options">Stages, pixel format, region.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <inheritdoc cref="Decompress(ReadOnlySpan{byte}, VqDecompressOptions?, CancellationToken)" path="/exception"/>
    public void Decompress(ReadOnlyMemory<byte> vq, VqRowWriter rows, VqDecompressOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        rows(0, Decompress(vq.Span, options, cancellationToken).Pixels);
    }

    /// <summary>Compresses on a thread of the pool; the pixels must not change until the task is done.</summary>
    /// <inheritdoc cref="Compress(ReadOnlySpan{byte}, int, int, PixelFormat, VqCompressOptions?, CancellationToken)"/>
    public Task<byte[]> CompressAsync(
        ReadOnlyMemory<byte> pixels,
        int width,
        int height,
        PixelFormat format = PixelFormat.Rgb24,
        VqCompressOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => Compress(pixels.Span, width, height, format, options, cancellationToken), cancellationToken);

    /// <inheritdoc cref="CompressAsync(ReadOnlyMemory{byte}, int, int, PixelFormat, VqCompressOptions?, CancellationToken)"/>
    public Task<byte[]> CompressAsync(VqImage image, VqCompressOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Compress(image, options, cancellationToken), cancellationToken);

    /// <summary>Decompresses on a thread of the pool; the file's bytes must not change until the task is done.</summary>
    /// <inheritdoc cref="Decompress(ReadOnlySpan{byte}, VqDecompressOptions?, CancellationToken)"/>
    public Task<VqImage> DecompressAsync(ReadOnlyMemory<byte> vq, VqDecompressOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Decompress(vq.Span, options, cancellationToken), cancellationToken);

    /// <summary>Refuses new calls; what the codec holds is released when the calls that still run are done.</summary>
    public void Dispose() => _gate.Close();

    /// <summary>Copies an image into the padded one, to whose right and bottom the last column and row are repeated.</summary>
    /// <returns>The alpha section's content; empty where the image is opaque.</returns>
    private static byte[] ReadPixels(ReadOnlySpan<byte> pixels, int width, int height, int stride, PixelFormat format, Padding padding, Span<byte> rgb)
    {
        var rowBytes = padding.Width * 3;
        using var input = new PixelInput(width, height, format);
        for (var y = 0; input.NextRows > 0; y += input.BandRows) input.Convert(pixels[(y * stride)..], stride, rgb[(y * rowBytes)..], padding.Width);
        var bottom = rgb.Slice((height - 1) * rowBytes, rowBytes);
        for (var y = height; y < padding.Height; y++) bottom.CopyTo(rgb[(y * rowBytes)..]);
        return input.FinishAlpha();
    }

    private static int CheckStages(int? stages, int most) =>
        stages is < 1 || stages > most
            ? throw new ArgumentException($"stages: expected 1 to the model's {most}, got {stages}")
            : stages ?? most;

    private Usage Enter(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _gate.Enter(this);
        return new Usage(_gate);
    }

    private int CheckImage(int length, int width, int height, PixelFormat format, int? stride)
    {
        CheckSide(width, nameof(width));
        CheckSide(height, nameof(height));
        var padding = Padding.Of(_planes, width, height);
        if ((_limits.Excess(width, height, padding) ?? _limits.IndexExcess(_planes, _stages, padding)) is { } excess) throw new ArgumentException(excess);

        var row = (long)width * PixelRows.BytesPerPixel(format);
        if (stride < row) throw new ArgumentException($"stride: expected at least a row's {row} bytes, got {stride}");
        var needed = ((stride ?? row) * (height - 1)) + row;
        if (stride is null ? length != needed : length < needed)
        {
            throw new ArgumentException(
                $"{width}×{height} {format}: expected {(stride is null ? "" : "at least ")}{needed} bytes of pixels, got {length}");
        }

        return (int)(stride ?? row);
    }

    private static void CheckSide(int side, string name)
    {
        if (side is < 1 or > VqLimits.MaxSide) throw new ArgumentOutOfRangeException(name, side, $"expected 1 to {VqLimits.MaxSide} pixels");
    }

    private readonly struct Usage(UsageGate gate) : IDisposable
    {
        public void Dispose() => gate.Exit();
    }
}
