namespace VqVae.Runtime;

/// <summary>A file's check that leaves out nothing but the graphs: tiles are decoded on all threads of the call, and their indices dropped.</summary>
internal static class Verification
{
    /// <summary>Checks a file.</summary>
    /// <param name="parts">The codec.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="VqFormatException">The file is damaged, cut short, of another version or model, or over the limit.</exception>
    public static VqParts Run(CodecParts parts, ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        var document = VqDocument.Open(file.Span, parts.Graphs.Manifest, parts.Limits);
        var header = document.Header;
        var padding = Padding.Of(parts.Planes, header.Width, header.Height);
        var whole = new VqRegion(0, 0, header.Width, header.Height);
        var coding = CodingMemory.Bytes(header, parts.Planes, header.Stages, parts.Threads);
        _ = parts.Budget.Decoder(padding, whole, header.Stages, coding, resultBytes: 0, toArray: false, out var refusal) ?? throw new VqFormatException(refusal!);
        var coder = new TileCoder(document.Layout, parts.Coders.ForReading(header), parts.Coders.Raw);
        VqStructure.VerifySections(file.Span, header, document.Sections);

        var stageBytes = new long[header.Stages];
        var tiles = (int)document.Layout.Grid.Count;
        using var maps = new IndexMaps(parts.Planes, header.Stages, padding, parts.Buffers);
        using var scope = new WorkScope(parts.Threads, cancellationToken);
        scope.Run(() =>
        {
            // Every stage is there: what is cut short was refused where it was opened, or throws here.
            var decoding = scope.AddParallel(tiles, tile => coder.Decode(document, file.Span, tile, maps, stageBytes, scope.Token));
            decoding.Release(tiles);
            decoding.Complete(tiles);
        });
        return VqStructure.Parts(file.Span, header, document.Sections) with { StageBytes = stageBytes };
    }
}
