using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.Net.Http.Headers;
using VqVae.Codec.Cli.Images.Png;
using VqVae.Runtime;
using VqVae.Samples.WebApi.Coding;
using VqVae.Samples.WebApi.Errors;
using VqVae.Samples.WebApi.Pictures;
using VqVae.Samples.WebApi.Settings;
using VqVae.Samples.WebApi.Storage;

namespace VqVae.Samples.WebApi.Endpoints;

/// <summary><c>GET /images/{id}.png</c>: the picture or a part of it, decompressed, scaled and sent row by row.</summary>
internal static class PngEndpoint
{
    /// <summary>The picture, decompressed to PNG.</summary>
    /// <param name="id">What <c>POST /compress</c> gave.</param>
    /// <param name="region">A part of the picture, <c>x,y,w,h</c> in its pixels: only what the part needs is decoded.</param>
    /// <param name="w">The width that it is scaled down to; never up.</param>
    public static async Task GetAsync(
        string id, HttpContext context, CodecHost codec, CodecWorkers workers, ImageStore store, ServiceMetrics metrics, LimitSettings limits, PictureRegion? region = null, int? w = null)
    {
        var (request, response, cancellationToken) = (context.Request, context.Response, context.RequestAborted);
        if (w < 1) throw new RequestException(StatusCodes.Status400BadRequest, $"w: expected at least 1, got {w}.");
        if (!ImageId.TryParse(id, out var parsed) || store.Find(parsed) is not { } path) throw VqEndpoint.Missing();
        var vq = await File.ReadAllBytesAsync(path, cancellationToken);
        var info = VqFile.ReadInfo(vq);
        var part = Part(info, region);

        // Weak: the same picture, but for steps of 1 between machines and models' precisions.
        var tag = new EntityTagHeaderValue($"\"{parsed.Text}-{part.X}-{part.Y}-{part.Width}-{part.Height}-{w ?? part.Width}\"", isWeak: true);
        var isKnown = Caching.IsKnown(request, tag);
        if (isKnown || HttpMethods.IsHead(request.Method))
        {
            Caching.Keep(response, tag);
            response.StatusCode = isKnown ? StatusCodes.Status304NotModified : StatusCodes.Status200OK;
            if (!isKnown) response.ContentType = PictureTypes.Png;
            return;
        }

        var model = codec.Codec;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: limits.ResponseBuffer, resumeWriterThreshold: limits.ResponseBuffer / 2, useSynchronizationContext: false));
        var work = workers.RunAsync(token => Decode(model, vq, info.Format, part, w, pipe.Writer, metrics, token), cancellationToken);
        try
        {
            // What goes wrong before the first row is an error of its own; nothing is sent yet.
            pipe.Reader.AdvanceTo((await pipe.Reader.ReadAsync(cancellationToken)).Buffer.Start);
            Caching.Keep(response, tag);
            response.ContentType = PictureTypes.Png;
            await pipe.Reader.CopyToAsync(response.Body, cancellationToken);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static VqRegion Part(VqInfo info, PictureRegion? region)
    {
        if (region is not { Region: var part }) return new VqRegion(0, 0, info.Width, info.Height);
        if (part.X > info.Width - part.Width || part.Y > info.Height - part.Height)
        {
            throw new RequestException(
                StatusCodes.Status400BadRequest, $"region: expected a part of {info.Width}x{info.Height}, got {part.X},{part.Y},{part.Width},{part.Height}.");
        }

        return part;
    }

    private static bool Decode(
        VqCodec codec, byte[] vq, PixelFormat format, VqRegion part, int? newWidth, PipeWriter writer, ServiceMetrics metrics, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        PngWriter? png = null;
        try
        {
            var (size, newSize) = ((part.Width, part.Height), RowShrinker.Size((part.Width, part.Height), newWidth));
            using var target = new PipeTarget(writer, cancellationToken);
            var shrinker = newSize == size ? null : new RowShrinker(size, newSize, format, Write);
            codec.Decompress(vq, (y, rows) =>
            {
                if (shrinker is null) Write(y, rows);
                else shrinker.Add(rows);
            }, new VqDecompressOptions { Region = part, Format = format }, cancellationToken);
            png!.Finish();
            writer.Complete();
            metrics.Decompressed(watch.Elapsed);
            return true;

            void Write(int y, ReadOnlySpan<byte> rows)
            {
                // Only now, so that nothing is sent before the file has proved to be whole.
                png ??= new PngWriter(target, newSize.Width, newSize.Height, format);
                png.WriteRows(rows);
            }
        }
        catch (Exception e)
        {
            writer.Complete(e);
            throw;
        }
        finally
        {
            png?.Dispose();
        }
    }
}
