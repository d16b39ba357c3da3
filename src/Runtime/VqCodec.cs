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
public sealed partial class VqCodec : IDisposable
{
    private readonly ModelGraphs _graphs;
    private readonly CodecParts _parts;
    private readonly UsageGate _gate;

    internal VqCodec(ModelGraphs graphs, VqCodecOptions options, CoderSet? coders = null)
    {
        var manifest = graphs.Manifest;
        _graphs = graphs;
        _parts = new CodecParts(
            graphs,
            [.. manifest.Planes],
            coders ?? new CoderSet(manifest, graphs.Tables is { } tables ? tables.Coder : null),
            options.Limits,
            new WindowBudget(manifest.Spec, options.Limits.MaxMemory, options.WindowPixels),
            options.Threads == 0 ? Environment.ProcessorCount : options.Threads);
        _gate = new UsageGate(() =>
        {
            graphs.Dispose();
            _parts.Buffers.Dispose();
        });
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest => _graphs.Manifest;

    /// <summary>The device that the model really runs on: the CPU or a CUDA device.</summary>
    public VqDevice Device => _graphs.Device;

    /// <summary>The number format that its graphs run in.</summary>
    public VqPrecision Precision => _graphs.Precision;

    /// <summary>The graphs, for measuring them bare.</summary>
    internal ModelGraphs Graphs => _graphs;

    /// <summary>The model's entropy coders.</summary>
    internal CoderSet Coders => _parts.Coders;

    /// <summary>Bytes that its calls hold at the moment, beside what pools lend.</summary>
    internal long BufferedBytes => _parts.Buffers.Bytes;

    /// <summary>Bytes that lie ready for its next calls.</summary>
    internal long KeptBytes => _parts.Buffers.KeptBytes;

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
        return new VqCodec(ModelGraphs.Load(modelFolder, options), options);
    }

    /// <summary>Loads the model in the folder that the environment variable <c>VQVAE_MODEL</c> names, otherwise <c>models/photo</c> beside the program.</summary>
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
    /// <param name="options">Quality, target, effort and row stride.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <returns>The <c>.vq</c> file.</returns>
    /// <exception cref="ArgumentException">
    /// Size, format, options and pixels do not fit together, the model lacks the entropy mode or rate point, or the image is over a limit.
    /// </exception>
    /// <exception cref="VqTargetException">No quality reaches the options' target with this image.</exception>
    /// <exception cref="InvalidOperationException">A graph failed or gave what the model does not promise.</exception>
    /// <exception cref="OutOfMemoryException">The machine has less memory than the limits allow.</exception>
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
        var settings = EncoderSettings.Of(options, Manifest, _parts.Coders);
        var header = CallChecks.Header(_parts, width, height, format, options, settings);
        var row = width * PixelRows.BytesPerPixel(format);
        var stride = CallChecks.Rows(pixels.Length, header, format, options.Stride ?? row, options.Stride is not null);
        unsafe
        {
            fixed (byte* start = pixels)
            {
                // Pinned until the call is done, so that other threads may read them.
                var source = new PinnedBytes(start, pixels.Length);
                return Compress(header, new RowSource(source.Memory, stride), format, options, settings, cancellationToken);
            }
        }
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
    /// <exception cref="InvalidOperationException">A graph failed or gave what the model does not promise.</exception>
    /// <exception cref="OutOfMemoryException">The machine has less memory than the limits allow.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The codec was disposed.</exception>
    public VqImage Decompress(ReadOnlySpan<byte> vq, VqDecompressOptions? options = null, CancellationToken cancellationToken = default)
    {
        unsafe
        {
            fixed (byte* start = vq)
            {
                // Pinned until the call is done, so that other threads may read it.
                return DecompressToArray(new PinnedBytes(start, vq.Length).Memory, options ?? new VqDecompressOptions(), cancellationToken);
            }
        }
    }

    /// <summary>
    /// Compresses an image whose rows come bit by bit. What grows with the image is 2 bytes an index and the file; all else is bounded, see
    /// <see cref="VqLimits.MaxMemory"/>.
    /// </summary>
    /// <param name="rows">Gives the rows, not always on the calling thread. What it throws comes out of this method as it is.</param>
    /// <param name="width">Pixels in a row, 1 to <see cref="VqLimits.MaxSide"/>.</param>
    /// <param name="height">Rows, 1 to <see cref="VqLimits.MaxSide"/>.</param>
    /// <param name="format">How a pixel lies in memory.</param>
    /// <param name="options">Quality, target, effort; a stride has no meaning here, and a target keeps all rows.</param>
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
        options ??= new VqCompressOptions();
        var settings = EncoderSettings.Of(options, Manifest, _parts.Coders);
        return Compress(CallChecks.Header(_parts, width, height, format, options, settings), new RowSource(rows), format, options, settings, cancellationToken);
    }

    /// <summary>Decompresses to rows. What grows with the image is 2 bytes an index; all else is bounded, see <see cref="VqLimits.MaxMemory"/>.</summary>
    /// <param name="vq">The whole file; it must not change meanwhile.</param>
    /// <param name="rows">
    /// Takes the rows of the image, or of the region that the options name (numbered from 0 then, too), not always on the calling thread. What it
    /// throws comes out of this method as it is; where the file turns out to be damaged it may have got rows before.
    /// </param>
    /// <param name="options">Stages, pixel format, region.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <returns>
    /// Leading stages that were decoded, at least 1: the file's or those that the options ask for, and fewer only where the file is cut short and
    /// <see cref="VqDecompressOptions.AllowPartial"/> takes it.
    /// </returns>
    /// <inheritdoc cref="Decompress(ReadOnlySpan{byte}, VqDecompressOptions?, CancellationToken)" path="/exception"/>
    public int Decompress(ReadOnlyMemory<byte> vq, VqRowWriter rows, VqDecompressOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Decompress(vq, options ?? new VqDecompressOptions(), toArray: false, (region, format) => new CallbackTarget(rows, _parts.Buffers, region.Width * PixelRows.BytesPerPixel(format), Math.Min(RowChunk.Rows(region.Width), region.Height)), cancellationToken);
    }

    /// <summary>
    /// Checks a whole file, sections included, and decodes every index of it; the graphs do not run. What passes can be decompressed to rows
    /// within the codec's limits.
    /// </summary>
    /// <param name="vq">The whole file.</param>
    /// <param name="cancellationToken">Asked in every tile.</param>
    /// <returns>What the file's bytes go to.</returns>
    /// <exception cref="VqFormatException">The file is damaged, cut short, of another version or model, or over the limit.</exception>
    /// <exception cref="OutOfMemoryException">The machine has less memory than the limits allow.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The codec was disposed.</exception>
    public VqParts Verify(ReadOnlySpan<byte> vq, CancellationToken cancellationToken = default)
    {
        using var usage = Enter(cancellationToken);
        unsafe
        {
            // Pinned until the call is done, so that other threads may read it.
            fixed (byte* start = vq) return Verification.Run(_parts, new PinnedBytes(start, vq.Length).Memory, cancellationToken);
        }
    }

    /// <summary>Takes the time of each part of compressing and decompressing an image, one after the other: for finding what bounds a machine. The first call also plans memory.</summary>
    /// <param name="rgb">Rows of RGB, tightly packed.</param>
    /// <param name="width">Pixels in a row, 1 to <see cref="VqLimits.MaxSide"/>.</param>
    /// <param name="height">Rows, 1 to <see cref="VqLimits.MaxSide"/>.</param>
    /// <param name="options">Quality; a target, a stride and EXIF have no meaning here.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <exception cref="ArgumentException">An argument is out of its range or the image is over the limits.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The codec was disposed.</exception>
    public VqTimings Measure(ReadOnlySpan<byte> rgb, int width, int height, VqCompressOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = (options ?? new VqCompressOptions()) with { Target = null, Exif = default };
        var settings = EncoderSettings.Of(options, Manifest, _parts.Coders);
        var header = CallChecks.Header(_parts, width, height, PixelFormat.Rgb24, options, settings);
        CallChecks.Rows(rgb.Length, header, PixelFormat.Rgb24, 3 * width, mayBeMore: false);
        var padding = Padding.Of(_parts.Planes, width, height);
        var other = CodingMemory.Bytes(header, _parts.Planes, header.Stages, _parts.Threads) + TargetCompression.Bytes(_parts, padding);
        var plan = _parts.Budget.Encoder(padding, header.Stages, other, _parts.Graphs.Search?.LatentBytesPerPixel ?? 0, out var refusal) ?? throw new ArgumentException(refusal);
        using var usage = Enter(cancellationToken);
        unsafe
        {
            fixed (byte* start = rgb)
            {
                var pixels = new PinnedBytes(start, rgb.Length).Memory;
                using var timer = new PartTimer(_parts, header, settings, new RowSource(pixels, 3 * width), plan, cancellationToken);
                return timer.Run();
            }
        }
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

    private byte[] Compress(VqHeader header, RowSource rows, PixelFormat format, VqCompressOptions options, EncoderSettings settings, CancellationToken cancellationToken)
    {
        var plan = EncoderPlan(header, format, options, settings);
        using var usage = Enter(cancellationToken);
        if (options.Target is { } target)
        {
            using var search = new TargetCompression(_parts, header, settings, rows, format, plan, cancellationToken);
            return search.Run(target, options.Exif);
        }

        using var compression = new Compression(_parts, header, settings, rows, format, plan, cancellationToken);
        return compression.Run(options.Exif.Span);
    }

    private WindowPlan EncoderPlan(VqHeader header, PixelFormat format, VqCompressOptions options, in EncoderSettings settings)
    {
        var padding = Padding.Of(_parts.Planes, header.Width, header.Height);
        var otherBytes = CodingMemory.Bytes(header, _parts.Planes, header.Stages, _parts.Threads) + options.Exif.Length;
        if (PixelRows.HasAlpha(format)) otherBytes += AlphaWriter.ReservedBytes(header.Width, header.Height);
        if (options.Target is not null) otherBytes += TargetCompression.Bytes(_parts, padding);
        var latentBytes = options.Target is not null || WindowEncoder.SearchesOutside(_parts, settings) ? _parts.Graphs.Search?.LatentBytesPerPixel ?? 0 : 0;
        return _parts.Budget.Encoder(padding, header.Stages, otherBytes, latentBytes, out var refusal) ?? throw new ArgumentException(refusal);
    }

    private static void CheckOptions(VqDecompressOptions options)
    {
        if (options.Stages < 1) throw new ArgumentException($"stages: expected at least 1, got {options.Stages}");
        if (options.Format is { } wanted) PixelRows.BytesPerPixel(wanted);
    }

    private VqImage DecompressToArray(ReadOnlyMemory<byte> vq, VqDecompressOptions options, CancellationToken cancellationToken)
    {
        ArrayTarget? target = null;
        Decompress(vq, options, toArray: true, (region, format) => target = new ArrayTarget(region, format), cancellationToken);
        return target!.Image;
    }

    private int Decompress(
        ReadOnlyMemory<byte> vq, VqDecompressOptions options, bool toArray, Func<VqRegion, PixelFormat, RowTarget> begin, CancellationToken cancellationToken)
    {
        CheckOptions(options);
        using var usage = Enter(cancellationToken);
        var document = VqDocument.Open(vq.Span, Manifest, _parts.Limits, options.AllowPartial);
        var header = document.Header;
        _parts.Coders.ForReading(header);
        var region = CallChecks.Region(options.Region, header);
        var format = options.Format ?? header.Format;
        var stages = Math.Min(header.Stages, options.Stages ?? header.Stages);
        var resultBytes = (long)region.Width * region.Height * PixelRows.BytesPerPixel(format);
        if (toArray && resultBytes > Array.MaxLength)
            throw new VqFormatException($"{region.Width}×{region.Height} pixels of {format}: expected at most the {Array.MaxLength} bytes that an array can have, got {resultBytes}; take them as rows");
        var padding = Padding.Of(_parts.Planes, header.Width, header.Height);
        var otherBytes = CodingMemory.Bytes(header, _parts.Planes, stages, _parts.Threads);
        var plan = _parts.Budget.Decoder(padding, region, stages, otherBytes, resultBytes, toArray, out var refusal) ?? throw new VqFormatException(refusal!);
        using var target = begin(region, format);
        using var decompression = new Decompression(_parts, document, vq, stages, region, target, format, plan, cancellationToken);
        decompression.Run();
        return decompression.Stages;
    }

    private Usage Enter(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _gate.Enter(this);
        return new Usage(_gate);
    }

    private readonly struct Usage(UsageGate gate) : IDisposable
    {
        public void Dispose() => gate.Exit();
    }
}
