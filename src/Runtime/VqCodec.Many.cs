namespace VqVae.Runtime;

/// <content>Many images in one call.</content>
public sealed partial class VqCodec
{
    /// <summary>
    /// Compresses many images. Small ones of one size go through the graph together and are coded side by side, which a GPU needs and several cores profit from;
    /// each file is the one that <see cref="Compress(VqImage, VqCompressOptions?, CancellationToken)"/> makes.
    /// </summary>
    /// <param name="images">The images, of any sizes and formats.</param>
    /// <param name="options">The same for all; a stride has no meaning here.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <returns>The files, in the images' order. Where one image cannot be compressed there are none.</returns>
    /// <inheritdoc cref="Compress(ReadOnlySpan{byte}, int, int, PixelFormat, VqCompressOptions?, CancellationToken)" path="/exception"/>
    public byte[][] CompressMany(IReadOnlyList<VqImage> images, VqCompressOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options = (options ?? new VqCompressOptions()) with { Stride = null };
        var settings = EncoderSettings.Of(options, Manifest, _parts.Coders);
        var files = new byte[images.Count][];
        foreach (var group in Enumerable.Range(0, images.Count).GroupBy(i => (images[i].Width, images[i].Height, images[i].Format)))
        {
            var (width, height, format) = group.Key;
            var header = CallChecks.Header(_parts, width, height, format, options, settings);
            foreach (var i in group) CallChecks.Rows(images[i].Pixels.Length, header, format, width * PixelRows.BytesPerPixel(format), mayBeMore: false);
            var plan = EncoderPlan(header, format, options, settings);
            var together = options.Target is null ? ImageBatch.Count(_parts, plan, Padding.Of(_parts.Planes, width, height)) : 1;
            foreach (var chunk in group.Chunk(together))
            {
                if (chunk is [var only])
                {
                    files[only] = Compress(images[only], options, cancellationToken);
                    continue;
                }

                using var usage = Enter(cancellationToken);
                var done = ImageBatch.Compress(_parts, header, settings, plan, Array.ConvertAll(chunk, i => images[i]), options.Exif, cancellationToken);
                for (var k = 0; k < chunk.Length; k++) files[chunk[k]] = done[k];
            }
        }

        return files;
    }

    /// <summary>Decompresses many files. Small images of one size go through the graph together; each is the one that <see cref="Decompress(ReadOnlySpan{byte}, VqDecompressOptions?, CancellationToken)"/> gives.</summary>
    /// <param name="files">The files; they must not change meanwhile.</param>
    /// <param name="options">The same for all.</param>
    /// <param name="cancellationToken">Stops a running graph, too.</param>
    /// <returns>The images, in the files' order. Where one file cannot be decompressed there are none.</returns>
    /// <inheritdoc cref="Decompress(ReadOnlySpan{byte}, VqDecompressOptions?, CancellationToken)" path="/exception"/>
    public VqImage[] DecompressMany(IReadOnlyList<ReadOnlyMemory<byte>> files, VqDecompressOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        options ??= new VqDecompressOptions();
        CheckOptions(options);
        var images = new VqImage[files.Count];
        VqDocument[] documents = [.. files.Select(file => VqDocument.Open(file.Span, Manifest, _parts.Limits, options.AllowPartial))];
        foreach (var group in Enumerable.Range(0, files.Count).GroupBy(i => (documents[i].Header.Width, documents[i].Header.Height, documents[i].Header.RatePoint, documents[i].Header.Stages)))
        {
            var header = documents[group.First()].Header;
            var stages = Math.Min(header.Stages, options.Stages ?? header.Stages);
            var padding = Padding.Of(_parts.Planes, header.Width, header.Height);
            var whole = new VqRegion(0, 0, header.Width, header.Height);
            var plan = _parts.Budget.Decoder(padding, whole, stages, 0, 4L * header.Width * header.Height, toArray: true, out _);

            // A part of an image, and one that is cut short, are rare: they take the usual way.
            var together = plan is null || options.Region is not null || options.AllowPartial ? 1 : ImageBatch.Count(_parts, plan, padding);
            foreach (var chunk in group.Chunk(together))
            {
                if (chunk is [var only])
                {
                    images[only] = Decompress(files[only].Span, options, cancellationToken);
                    continue;
                }

                using var usage = Enter(cancellationToken);
                var done = ImageBatch.Decompress(_parts, Array.ConvertAll(chunk, i => documents[i]), Array.ConvertAll(chunk, i => files[i]), stages, options.Format, cancellationToken);
                for (var k = 0; k < chunk.Length; k++) images[chunk[k]] = done[k];
            }
        }

        return images;
    }
}
