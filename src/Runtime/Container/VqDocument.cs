using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// Where everything is in a <c>.vq</c> file that was checked against its model: header, sections, blocks. It keeps offsets only; the file's bytes
/// are handed to each member again. Immutable, so that any number of threads may read blocks.
/// </summary>
internal sealed class VqDocument
{
    /// <summary>Bytes of the checksum at the end.</summary>
    public const int ChecksumSize = sizeof(uint);

    private readonly BlockTable? _blocks;
    private readonly RawBitmap _raw;
    private readonly int _payloadStart;
    private readonly int _payloadEnd;

    private VqDocument(VqHeader header, VqSections sections, BlockLayout layout, BlockTable? blocks, RawBitmap raw, int start, int end, bool isCut)
    {
        Header = header;
        Sections = sections;
        Layout = layout;
        _blocks = blocks;
        _raw = raw;
        _payloadStart = start;
        _payloadEnd = end;
        IsCut = isCut;
        CompleteStages = isCut ? StagesIn(end - start) : header.Stages;
    }

    public VqHeader Header { get; }

    public VqSections Sections { get; }

    /// <summary>The file's blocks in their order.</summary>
    public BlockLayout Layout { get; }

    /// <summary>Whether the file states its blocks' lengths, as it does where it has several tiles. Without them blocks are found by decoding.</summary>
    public bool HasLengths => _blocks is not null;

    /// <summary>Whether the end of the file is missing; only with <c>allowPartial</c>.</summary>
    public bool IsCut { get; }

    /// <summary>
    /// Leading stages of which every block is there: at least one. Where a file without lengths is cut short it is an upper bound, and
    /// <see cref="TileCoder.Decode"/> says the number.
    /// </summary>
    public int CompleteStages { get; }

    /// <summary>Bytes of header and sections: where lengths, bitmap and blocks start.</summary>
    public int HeadSize => Header.Size + Sections.Size;

    /// <summary>Bytes of block lengths and raw bitmap.</summary>
    public int IndexSize => _payloadStart - HeadSize;

    /// <summary>Checks a file against the model that is to decode it, before anything of the image's size is allocated.</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="limits">How large the image and its indices may be.</param>
    /// <param name="allowPartial">Whether a file may be cut short behind its lengths and bitmap; the checksum of such a file is not checked.</param>
    /// <exception cref="VqFormatException">The file is damaged, cut short, of another version or model, or over a limit.</exception>
    public static VqDocument Open(ReadOnlySpan<byte> file, ModelManifest model, VqLimits limits, bool allowPartial = false)
    {
        var reader = new VqReader(file);
        var header = VqHeader.Read(ref reader);
        CheckModel(file, header, model);
        var planes = model.Planes;
        var padding = Padding.Of(planes, header.Width, header.Height);
        if (limits.Excess(header.Width, header.Height, padding) is { } pixels) throw new VqFormatException(pixels);
        if (limits.IndexExcess(planes, header.Stages, padding) is { } memory) throw new VqFormatException(memory);

        var sections = VqSections.Read(ref reader, header);
        if (header.HasAlpha) AlphaInflater.Check(sections.Alpha.Length, header.Width, header.Height);
        var layout = new BlockLayout(planes, header.Stages, new TileGrid(padding, header.TileBits));
        var blocks = layout.Grid.Count > 1 ? BlockTable.Read(ref reader, layout, header.EntropyMode == VqEntropyMode.Raw) : null;
        var raw = header.HasRawBitmap ? RawBitmap.Read(ref reader, layout, blocks) : default;

        var start = reader.Position;
        var (least, most) = PayloadBounds(header, layout, blocks, raw);
        var available = (long)file.Length - start - ChecksumSize;
        if (available > most) VqThrow.WrongLength(start + most + ChecksumSize, file.Length);
        if (available < least)
        {
            if (!allowPartial) VqThrow.WrongLength(start + least + ChecksumSize, file.Length, atLeast: least < most);
            return Cut(least == most ? (int)Math.Min(file.Length, start + most) : file.Length, file.Length);
        }

        var (stated, computed) = VqChecksum.Of(file);
        if (stated == computed) return new VqDocument(header, sections, layout, blocks, raw, start, file.Length - ChecksumSize, isCut: false);
        if (!allowPartial || least == most) VqThrow.WrongChecksum(stated, computed, mayBeCut: least < most);
        return Cut(file.Length, file.Length);

        VqDocument Cut(int end, int length)
        {
            var document = new VqDocument(header, sections, layout, blocks, raw, start, end, isCut: true);
            if (document.CompleteStages == 0) VqThrow.NoStage(length);
            return document;
        }
    }

    /// <summary>All bytes of the payload that are there (and, where a file without lengths is cut short, what may be left of the checksum).</summary>
    public ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> file) => file[_payloadStart.._payloadEnd];

    /// <summary>A block of a file with lengths, of one of the <see cref="CompleteStages"/>.</summary>
    public ReadOnlySpan<byte> Block(ReadOnlySpan<byte> file, int slot, int tile)
    {
        if (_blocks is null) throw new InvalidOperationException("a file of one tile has no block lengths");
        var (offset, length) = _blocks[Number(slot, tile)];
        return file.Slice(checked((int)(_payloadStart + offset)), length);
    }

    /// <summary>Whether a block is raw although the file's mode is another.</summary>
    public bool IsRaw(int slot, int tile) => _raw[Number(slot, tile)];

    /// <summary>Checks where the last block of a file without lengths ends.</summary>
    /// <param name="file">The file.</param>
    /// <param name="length">Bytes of the blocks.</param>
    /// <exception cref="VqFormatException">Bytes follow the last block.</exception>
    internal void CheckEnd(ReadOnlySpan<byte> file, int length)
    {
        var left = Payload(file).Length - length;
        if (!IsCut && left != 0) VqThrow.WrongLength(_payloadStart + length + ChecksumSize, file.Length);
        if (!IsCut || left < ChecksumSize) return;

        // All blocks and a checksum are there: nothing is missing, so the checksum was wrong for another reason.
        if (left > ChecksumSize) VqThrow.WrongLength(_payloadStart + length + ChecksumSize, file.Length);
        var (stated, computed) = VqChecksum.Of(file);
        VqThrow.WrongChecksum(stated, computed, mayBeCut: false);
    }

    /// <summary>Least and most bytes of the payload; the same where its length is known without decoding.</summary>
    private static (long Least, long Most) PayloadBounds(in VqHeader header, BlockLayout layout, BlockTable? blocks, RawBitmap raw)
    {
        if (blocks is not null) return (blocks.Total, blocks.Total);
        var least = 0L;
        for (var slot = 0; slot < layout.Slots.Length; slot++) least += LeastSize(header, layout, raw, slot);
        return (least, layout.RawTileSize(0));
    }

    /// <summary>Least bytes of an only tile's block. None is empty: each codebook has two codes at least.</summary>
    private static int LeastSize(in VqHeader header, BlockLayout layout, RawBitmap raw, int slot) =>
        header.EntropyMode == VqEntropyMode.Raw || raw[slot] ? layout.RawSize(slot, 0) : 1;

    /// <summary>Leading stages that the first bytes of the payload can hold.</summary>
    private int StagesIn(int available)
    {
        if (_blocks is not null) return _blocks.CompleteStages(Layout, available);
        var end = 0L;
        for (var slot = 0; slot < Layout.Slots.Length; slot++)
        {
            end += LeastSize(Header, Layout, _raw, slot);
            if (end > available) return Layout.Slots[slot].Stage;
        }

        return Layout.Stages;
    }

    private static void CheckModel(ReadOnlySpan<byte> file, in VqHeader header, ModelManifest model)
    {
        var id = ModelId.Parse(model.Id);
        if (header.ModelId != id) VqThrow.WrongModel(header.ModelId, id, model.Name, !VqChecksum.IsRight(file));
        var stages = model.Planes.Max(p => p.Stages);
        if (header.Stages > stages) throw new VqFormatException($"stages: expected 1 to the model's {stages}, got {header.Stages}");
        if (header.RatePoint >= model.RatePoints)
            throw new VqFormatException($"rate point: expected one below {model.RatePoints}, the number that the model has, got {header.RatePoint}");
    }

    private int Number(int slot, int tile) => (slot * (int)Layout.Grid.Count) + tile;
}
