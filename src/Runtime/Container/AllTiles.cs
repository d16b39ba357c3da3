namespace VqVae.Runtime;

/// <summary>Codes all tiles of an image, one after the other.</summary>
internal static class AllTiles
{
    /// <summary>Encodes an image's indices to a file.</summary>
    /// <param name="header">The header; its stages are the ones that are kept.</param>
    /// <param name="maps">At least those stages.</param>
    /// <param name="coder">The coder of the header's entropy mode and rate point.</param>
    /// <param name="raw">What blocks fall back to.</param>
    /// <param name="alpha">The alpha section's content; empty for none.</param>
    /// <param name="exif">The EXIF section's content; empty for none.</param>
    public static byte[] Encode(in VqHeader header, IndexMaps maps, IIndexCoder coder, RawCoder raw, ReadOnlySpan<byte> alpha = default, ReadOnlySpan<byte> exif = default)
    {
        var layout = new BlockLayout(maps.Planes, header.Stages, new TileGrid(maps.Padding, header.TileBits));
        var tileCoder = new TileCoder(layout, coder, raw);
        var tiles = new List<EncodedTile>();
        try
        {
            for (var tile = 0; tile < layout.Grid.Count; tile++) tiles.Add(tileCoder.Encode(maps, tile));
            return VqAssembler.Write(header, layout, tiles, alpha, exif);
        }
        finally
        {
            foreach (var tile in tiles) tile.Dispose();
        }
    }

    /// <summary>Decodes the leading stages of an opened file; the maps keep those that are there whole.</summary>
    /// <param name="document">The opened file.</param>
    /// <param name="file">The file's bytes.</param>
    /// <param name="coder">The coder of the header's entropy mode and rate point.</param>
    /// <param name="raw">What blocks fall back to.</param>
    /// <param name="maps">Get the indices of as many stages as they have, at most the file's.</param>
    /// <param name="cancellationToken">Asked before each block, and within those that take long.</param>
    /// <exception cref="VqFormatException">A block is none that an encoder writes, or not even the first stage is whole.</exception>
    public static void Decode(
        VqDocument document, ReadOnlySpan<byte> file, IIndexCoder coder, RawCoder raw, IndexMaps maps, CancellationToken cancellationToken = default)
    {
        var tileCoder = new TileCoder(document.Layout, coder, raw);
        var stages = maps.Stages;
        for (var tile = 0; tile < document.Layout.Grid.Count; tile++)
            stages = Math.Min(stages, tileCoder.Decode(document, file, tile, maps, cancellationToken: cancellationToken));

        if (stages == 0) VqThrow.NoStage(file.Length);
        maps.Keep(stages);
    }
}
