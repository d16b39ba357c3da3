namespace VqVae.Runtime;

/// <summary>
/// Encodes and decodes one tile's blocks. Thread-safe, and tiles are independent of each other, so that they may be coded in any order and
/// at the same time.
/// </summary>
internal sealed class TileCoder(BlockLayout layout, IIndexCoder coder, RawCoder raw)
{
    /// <summary>Encodes all slots of a tile; each block is raw where that is smaller.</summary>
    /// <param name="maps">The image's indices.</param>
    /// <param name="tile">The tile's number.</param>
    /// <param name="cancellationToken">Asked before each block, and within those that take long.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public EncodedTile Encode(IndexMaps maps, int tile, CancellationToken cancellationToken = default)
    {
        using var indices = new TileIndices(layout, maps, tile, layout.Stages);
        if (!indices.AreMaps) indices.Load();
        var encoded = new EncodedTile(layout.Slots.Length, layout.RawTileSize(tile));
        try
        {
            for (var slot = 0; slot < layout.Slots.Length; slot++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var block = indices.Block(slot, cancellationToken);
                var free = encoded.Free[..layout.RawSize(slot, tile)];
                var length = coder.Encode(block, free);
                var isRaw = length < 0 && coder != raw;
                encoded.Add(slot, isRaw ? raw.Encode(block, free) : length, isRaw);
            }

            return encoded;
        }
        catch
        {
            encoded.Dispose();
            throw;
        }
    }

    /// <summary>Decodes the leading stages of a tile into its place in the maps.</summary>
    /// <param name="document">The opened file.</param>
    /// <param name="file">The file's bytes.</param>
    /// <param name="tile">The tile's number.</param>
    /// <param name="maps">Get the indices of as many stages as they have, at most the file's.</param>
    /// <param name="stageBytes">Where given, each stage's blocks' lengths are added to it.</param>
    /// <param name="cancellationToken">Asked before each block, and within those that take long.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <returns>
    /// The number of leading stages that are there whole: those of <paramref name="maps"/>, or fewer (perhaps none) where the file is cut short. What
    /// the maps have of the other stages is undefined then.
    /// </returns>
    /// <exception cref="VqFormatException">A block is none that an encoder writes.</exception>
    public int Decode(VqDocument document, ReadOnlySpan<byte> file, int tile, IndexMaps maps, long[]? stageBytes = null, CancellationToken cancellationToken = default)
    {
        var stages = Math.Min(maps.Stages, document.CompleteStages);
        var slots = layout.SlotsOf(stages);
        using var indices = new TileIndices(layout, maps, tile, stages);
        var payload = document.Payload(file);
        var at = 0;
        for (var slot = 0; slot < slots; slot++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var limit = layout.RawSize(slot, tile);
            var source = document.HasLengths ? document.Block(file, slot, tile) : payload[at..];
            var length = (document.IsRaw(slot, tile) ? raw : coder).Decode(source, indices.Block(slot, cancellationToken));
            var stage = layout.Slots[slot].Stage;
            if (document.HasLengths ? length != source.Length : length > limit)
                throw new VqFormatException($"stage {stage}, tile {tile}: expected a block of {(document.HasLengths ? source.Length : $"at most {limit}")} bytes, got one of {length}");
            if (length > source.Length)
            {
                if (!document.IsCut) throw new VqFormatException($"stage {stage}: expected a block of {length} bytes, got {source.Length}: the file is damaged");
                stages = stage;
                break;
            }

            at += length;
            if (stageBytes is not null) Interlocked.Add(ref stageBytes[stage], length);
        }

        if (!document.HasLengths && stages == layout.Stages) document.CheckEnd(file, at);
        if (!indices.AreMaps) indices.Store(stages);
        return stages;
    }
}
