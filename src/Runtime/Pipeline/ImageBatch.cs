namespace VqVae.Runtime;

/// <summary>
/// Small images of one size on their way in or out: one run of a graph for several of them, everything else image by image on all threads of the call. The results
/// are those of calls for each image.
/// </summary>
internal static class ImageBatch
{
    /// <summary>Pixels that go through a graph in one run: enough that starting it does not count, few enough that what is between its layers stays in the caches.</summary>
    internal const long MostPixels = 1 << 19;

    private const int RgbBytes = 3;

    /// <summary>How many images go together; 1 where they are better done one by one.</summary>
    public static int Count(CodecParts parts, WindowPlan plan, Padding padding) =>
        plan.IsWhole ? (int)Math.Max(1, Math.Min(MostPixels / padding.Pixels, parts.Limits.MaxMemory / plan.Memory)) : 1;

    /// <summary>Compresses images of one size.</summary>
    public static byte[][] Compress(
        CodecParts parts, VqHeader header, in EncoderSettings settings, WindowPlan plan, ReadOnlySpan<VqImage> images, ReadOnlyMemory<byte> exif, CancellationToken cancellationToken)
    {
        var (padding, settingsCopy, sources) = (Padding.Of(parts.Planes, header.Width, header.Height), settings, images.ToArray());
        var imageBytes = checked((int)(RgbBytes * padding.Pixels));
        var alpha = new ReadOnlyMemory<byte>[sources.Length];
        var files = new byte[sources.Length][];
        var layout = new BlockLayout(parts.Planes, header.Stages, TileGrid.Of(header, parts.Planes));
        var coder = new TileCoder(layout, parts.Coders.ForWriting(header.EntropyMode, header.RatePoint), parts.Coders.Raw);
        using var pixels = new NativeBuffer(parts.Buffers, (long)imageBytes * sources.Length);
        WorkScope.ForEach(parts.Threads, sources.Length, (i, _) => alpha[i] = Read(i, pixels.Slice((long)i * imageBytes, imageBytes)), cancellationToken);
        if (WindowEncoder.SearchesOutside(parts, settings)) SearchLatents();
        else FindIndices();
        return files;

        ReadOnlyMemory<byte> Read(int i, Span<byte> target)
        {
            var (source, rowBytes) = (sources[i].Pixels, header.Width * PixelRows.BytesPerPixel(sources[i].Format));
            using var rows = new EncoderRows(parts, header, new RowSource(source, rowBytes), sources[i].Format, plan, keepsAll: true);
            rows.ReadUpTo(padding.Height, cancellationToken);
            for (var y = 0; y < padding.Height; y++) rows.Row(y).CopyTo(target[(y * padding.Width * RgbBytes)..]);
            return rows.FinishAlpha();
        }

        void SearchLatents()
        {
            var layouts = parts.Graphs.Search!.Layouts;
            var latents = new FloatBuffer[layouts.Count];
            try
            {
                for (var p = 0; p < latents.Length; p++) latents[p] = new FloatBuffer(parts.Buffers, padding.Positions(parts.Planes[p]) * layouts[p].Dimension * sources.Length);
                parts.Graphs.EncodeLatents(pixels.Memory, sources.Length, padding.Height, padding.Width, settingsCopy.RatePoint, Array.ConvertAll(latents, l => l.Memory), cancellationToken);
                var search = parts.Search(settingsCopy);
                Finish((i, maps) =>
                {
                    for (var p = 0; p < latents.Length; p++)
                    {
                        var (width, height) = (maps.WidthOf(p), maps.HeightOf(p));
                        search.Run(p, latents[p], width, new TileRectangle(0, i * height, width, height), 0, 0, maps, cancellationToken, threads: 1);
                    }
                });
            }
            finally
            {
                foreach (var plane in latents) plane?.Dispose();
            }
        }

        void FindIndices()
        {
            using var indices = new IndexBuffers(parts.Planes, int.MaxValue, padding, sources.Length);
            parts.Graphs.Encode(pixels.Memory, sources.Length, padding.Height, padding.Width, settingsCopy.RatePoint, (float)settingsCopy.Lambda, indices.Planes, cancellationToken);
            Finish((i, maps) =>
            {
                for (var p = 0; p < parts.Planes.Count; p++)
                {
                    var (width, height, stages) = (maps.WidthOf(p), maps.HeightOf(p), parts.Planes[p].Stages);
                    for (var stage = 0; stage < maps.StagesOf(p); stage++)
                        maps.Write(p, stage, new TileRectangle(0, 0, width, height), indices.Planes[p].Span[(((i * stages) + stage) * width * height)..], width);
                }
            });
        }

        void Finish(Action<int, IndexMaps> fill) => WorkScope.ForEach(
            parts.Threads,
            sources.Length,
            (i, _) =>
            {
                using var maps = new IndexMaps(parts.Planes, header.Stages, padding, parts.Buffers);
                fill(i, maps);
                var tiles = new EncodedTile?[checked((int)layout.Grid.Count)];
                try
                {
                    for (var tile = 0; tile < tiles.Length; tile++) tiles[tile] = coder.Encode(maps, tile, cancellationToken);
                    files[i] = VqAssembler.Write(header, layout, tiles!, alpha[i].Span, exif.Span);
                }
                finally
                {
                    foreach (var tile in tiles) tile?.Dispose();
                }
            },
            cancellationToken);
    }

    /// <summary>Decompresses files whose images have one size.</summary>
    /// <param name="parts">The codec.</param>
    /// <param name="documents">The opened files, of one size, rate point and number of stages.</param>
    /// <param name="files">Their bytes.</param>
    /// <param name="stages">Stages that are decoded.</param>
    /// <param name="asked">The pixel format that is wanted; <c>null</c> for each file's own.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static VqImage[] Decompress(
        CodecParts parts, ReadOnlySpan<VqDocument> documents, ReadOnlySpan<ReadOnlyMemory<byte>> files, int stages, PixelFormat? asked, CancellationToken cancellationToken)
    {
        var (opened, bytes) = (documents.ToArray(), files.ToArray());
        var first = opened[0].Header;
        var padding = Padding.Of(parts.Planes, first.Width, first.Height);
        var imageBytes = checked((int)(RgbBytes * padding.Pixels));
        var images = new VqImage[opened.Length];
        using var indices = new IndexBuffers(parts.Planes, stages, padding, opened.Length);
        using var pixels = new NativeBuffer(parts.Buffers, (long)imageBytes * opened.Length);
        WorkScope.ForEach(parts.Threads, opened.Length, (i, _) => ReadIndices(i), cancellationToken);
        parts.Graphs.Decode(indices.Planes, stages, opened.Length, padding.Height, padding.Width, first.RatePoint, pixels.Memory, cancellationToken);
        WorkScope.ForEach(parts.Threads, opened.Length, (i, _) => WriteRows(i), cancellationToken);
        return images;

        void ReadIndices(int i)
        {
            var coder = new TileCoder(opened[i].Layout, parts.Coders.ForReading(opened[i].Header), parts.Coders.Raw);
            using var maps = new IndexMaps(parts.Planes, stages, padding, parts.Buffers);
            for (var tile = 0; tile < opened[i].Layout.Grid.Count; tile++)
                if (coder.Decode(opened[i], bytes[i].Span, tile, maps, cancellationToken: cancellationToken) == 0) VqThrow.NoStage(bytes[i].Length);
            for (var p = 0; p < parts.Planes.Count; p++)
            {
                var count = maps.WidthOf(p) * maps.HeightOf(p);
                var target = indices.Planes[p].Span.Slice(i * maps.StagesOf(p) * count, maps.StagesOf(p) * count);
                for (var stage = 0; stage < maps.StagesOf(p); stage++)
                    maps.Read(p, stage, new TileRectangle(0, 0, maps.WidthOf(p), maps.HeightOf(p)), target[(stage * count)..], maps.WidthOf(p));
            }
        }

        void WriteRows(int i)
        {
            var header = opened[i].Header;
            var format = asked ?? header.Format;
            var whole = new VqRegion(0, 0, header.Width, header.Height);
            using var output = new PixelOutput(header, opened[i].Sections.Alpha.Of(bytes[i]), whole, format);
            var result = GC.AllocateUninitializedArray<byte>(output.RowBytes * header.Height);
            output.Convert(pixels.Slice((long)i * imageBytes, imageBytes), padding.Width, header.Height, result);
            images[i] = new VqImage(header.Width, header.Height, format, result);
        }
    }
}
