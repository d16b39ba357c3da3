using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// One image that is compressed again and again until a target is met. Its pixels are kept, and its latents at the latest rate point, so that a try costs a
/// search, the entropy coder and, where PSNR is the target, the decoder; not the encoder's network.
/// </summary>
internal sealed class TargetCompression : IDisposable
{
    private readonly CodecParts _parts;
    private readonly VqHeader _header;
    private readonly EncoderSettings _settings;
    private readonly WindowPlan _plan;
    private readonly Padding _padding;
    private readonly EncoderRows _rows;
    private readonly CancellationToken _token;
    private LatentMaps? _latents;
    private int _latentsRatePoint = -1;

    /// <param name="parts">The codec.</param>
    /// <param name="header">The image's size.</param>
    /// <param name="settings">How codes are searched, but for the quality.</param>
    /// <param name="rows">Gives the rows.</param>
    /// <param name="format">Their format.</param>
    /// <param name="plan">The encoder's windows.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public TargetCompression(CodecParts parts, VqHeader header, in EncoderSettings settings, RowSource rows, PixelFormat format, WindowPlan plan, CancellationToken cancellationToken)
    {
        (_parts, _header, _settings, _plan, _token) = (parts, header, settings, plan, cancellationToken);
        _padding = Padding.Of(parts.Planes, header.Width, header.Height);
        _rows = new EncoderRows(parts, header, rows, format, plan, keepsAll: true);
    }

    /// <summary>Bytes beside windows and maps that a search for a target keeps.</summary>
    public static long Bytes(CodecParts parts, Padding padding) =>
        (3 * padding.Pixels) + (long)Math.Ceiling((parts.Graphs.Search?.LatentBytesPerPixel ?? 0) * padding.Pixels);

    /// <summary>Compresses.</summary>
    /// <param name="target">What the file must keep to.</param>
    /// <param name="exif">The EXIF section's content; empty for none.</param>
    /// <exception cref="VqTargetException">No quality of the model does.</exception>
    public byte[] Run(VqTarget target, ReadOnlyMemory<byte> exif)
    {
        _rows.ReadUpTo(_padding.Height, _token);
        var alpha = _rows.FinishAlpha();
        var map = _parts.Graphs.Manifest.Quality!;
        var pixels = (double)_header.Width * _header.Height;
        return target.Kind == VqTargetKind.Psnr
            ? QualitySearch.Psnr(map, target.Value, level => Try(level, measuresPsnr: true))
            : QualitySearch.Size(map, target, pixels, level => Try(level, measuresPsnr: false));

        QualityTry Try(QualityLevel level, bool measuresPsnr)
        {
            _token.ThrowIfCancellationRequested();
            var settings = _settings.At(level);
            var header = _header with { RatePoint = settings.RatePoint, Stages = settings.Stages };
            using var maps = new IndexMaps(_parts.Planes, settings.Stages, _padding, _parts.Buffers);
            FindCodes(settings, maps);
            return new QualityTry(Code(header, maps, alpha.Span, exif.Span), measuresPsnr ? Psnr(header, maps) : 0);
        }
    }

    public void Dispose()
    {
        _latents?.Dispose();
        _rows.Dispose();
    }

    private void FindCodes(in EncoderSettings settings, IndexMaps maps)
    {
        if (_parts.Graphs.Search is null)
        {
            using var encoder = new WindowEncoder(_parts, _plan, settings);
            for (var band = 0; band < _plan.Y.Count; band++)
                for (var column = 0; column < _plan.X.Count; column++) encoder.Encode(_rows, _plan.X[column], _plan.Y[band], maps, _token);
            return;
        }

        if (_latentsRatePoint != settings.RatePoint)
        {
            _latents ??= new LatentMaps(_parts, _padding);
            _latents.Encode(_rows, _plan, settings.RatePoint, _token);
            _latentsRatePoint = settings.RatePoint;
        }

        _latents!.Search(settings, maps, _token);
    }

    private byte[] Code(VqHeader header, IndexMaps maps, ReadOnlySpan<byte> alpha, ReadOnlySpan<byte> exif)
    {
        var layout = new BlockLayout(_parts.Planes, header.Stages, TileGrid.Of(header, _parts.Planes));
        var coder = new TileCoder(layout, _parts.Coders.ForWriting(header.EntropyMode, header.RatePoint), _parts.Coders.Raw);
        var tiles = new EncodedTile?[checked((int)layout.Grid.Count)];
        try
        {
            WorkScope.ForEach(_parts.Threads, tiles.Length, (tile, token) => tiles[tile] = coder.Encode(maps, tile, token), _token);
            return VqAssembler.Write(header, layout, tiles!, alpha, exif);
        }
        finally
        {
            foreach (var tile in tiles) tile?.Dispose();
        }
    }

    /// <summary>PSNR of what the decoder makes of the indices, over the image without its padding.</summary>
    private double Psnr(VqHeader header, IndexMaps maps)
    {
        var whole = new VqRegion(0, 0, header.Width, header.Height);
        var other = Bytes(_parts, _padding) + CodingMemory.Bytes(header, _parts.Planes, header.Stages, _parts.Threads);
        var plan = _parts.Budget.Decoder(_padding, whole, header.Stages, other, resultBytes: 0, toArray: false, out var refusal) ?? throw new ArgumentException(refusal);
        using var image = new NativeBuffer(_parts.Buffers, (long)plan.X.Size * plan.Y.Size * 3);
        using var indices = new IndexBuffers(_parts.Planes, maps.Stages, new Padding(plan.X.Size, plan.Y.Size));
        var errors = 0L;
        for (var band = 0; band < plan.Y.Count; band++)
        {
            for (var column = 0; column < plan.X.Count; column++)
            {
                var (x, y) = (plan.X[column], plan.Y[band]);
                maps.ReadWindow(x.Start, y.Start, plan.X.Size, plan.Y.Size, indices);
                _parts.Graphs.Decode(indices.Planes, maps.Stages, 1, plan.Y.Size, plan.X.Size, header.RatePoint, image.Memory, _token);
                var width = Math.Min(x.CoreEnd, header.Width) - x.CoreStart;
                for (var row = y.CoreStart; width > 0 && row < Math.Min(y.CoreEnd, header.Height); row++)
                {
                    var decoded = image.Slice((((long)(row - y.Start) * plan.X.Size) + x.CoreStart - x.Start) * 3, width * 3);
                    errors += PixelErrors.Squared(_rows.Row(row).Slice(x.CoreStart * 3, width * 3), decoded);
                }
            }
        }

        return errors == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255 * 3 * header.Width * header.Height / errors);
    }
}
