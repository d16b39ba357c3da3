using System.Diagnostics;
using VqVae.Codec.Cli.Images;
using VqVae.Runtime;
using VqVae.Samples.WebApi.Coding;
using VqVae.Samples.WebApi.Errors;
using VqVae.Samples.WebApi.Pictures;
using VqVae.Samples.WebApi.Settings;
using VqVae.Samples.WebApi.Storage;

namespace VqVae.Samples.WebApi.Endpoints;

/// <summary><c>POST /compress</c>: a picture in, a <c>.vq</c> file out or kept.</summary>
internal sealed partial class CompressEndpoint
{
    private const int LowestQuality = 1, HighestQuality = 100;

    /// <summary>Compresses the picture that is the body.</summary>
    /// <remarks>The file is kept and described; or, where the <c>Accept</c> header names <c>application/vnd.vq</c>, it is the answer itself and is not kept.</remarks>
    /// <param name="quality">1, the smallest file, to 100, the best image; the model's own default otherwise. Excludes <c>bytes</c>.</param>
    /// <param name="bytes">The file's length at most; the best quality that keeps to it.</param>
    public static async Task<IResult> PostAsync(
        HttpContext context,
        CodecHost codec,
        CodecWorkers workers,
        ImageStore store,
        ServiceMetrics metrics,
        LimitSettings limits,
        StorageSettings storage,
        ILogger<CompressEndpoint> logger,
        int? quality = null,
        long? bytes = null)
    {
        var (request, cancellationToken) = (context.Request, context.RequestAborted);
        var options = Options(quality, bytes);
        var kind = PictureTypes.OfRequest(request);
        var wantsFile = PictureTypes.WantsFile(request);
        _ = codec.Codec;

        using var upload = await UploadSpool.ReceiveAsync(request, storage, limits, cancellationToken);
        var (vq, id, isNew) = await workers.RunAsync(
            token =>
            {
                var watch = Stopwatch.StartNew();
                var vq = Compress(codec.Codec, upload, kind, options, limits, token);
                metrics.Compressed(upload.Length, vq.Length, watch.Elapsed);
                LogCompressed(logger, kind, upload.Length, vq.Length, watch.ElapsedMilliseconds);
                var (id, isNew) = wantsFile ? default : store.Add(vq);
                return (vq, id, isNew);
            },
            cancellationToken);
        if (wantsFile) return Results.Bytes(vq, PictureTypes.Vq);

        var result = Describe(context, id, VqFile.ReadInfo(vq), upload.Length, vq.Length);
        context.Response.Headers.Location = result.Vq;
        return Results.Json(result, ServiceJson.Default.CompressedImage, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static VqCompressOptions Options(int? quality, long? bytes)
    {
        if (quality is < LowestQuality or > HighestQuality)
            throw new RequestException(StatusCodes.Status400BadRequest, $"quality: expected {LowestQuality} to {HighestQuality}, got {quality}.");
        if (bytes < 1) throw new RequestException(StatusCodes.Status400BadRequest, $"bytes: expected at least 1, got {bytes}.");
        if (quality is not null && bytes is not null) throw new RequestException(StatusCodes.Status400BadRequest, "quality and bytes exclude each other.");
        return new VqCompressOptions { Quality = quality, Target = bytes is { } most ? VqTarget.Bytes(most) : null };
    }

    private static byte[] Compress(VqCodec codec, UploadSpool upload, ImageKind kind, VqCompressOptions options, LimitSettings limits, CancellationToken cancellationToken)
    {
        using var picture = UploadedPicture.Open(upload, kind, limits);
        try
        {
            return codec.Compress(
                (y, rows) =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    picture.ReadRows(y, rows);
                },
                picture.Width,
                picture.Height,
                picture.Format,
                options,
                cancellationToken);
        }
        catch (VqTargetException e)
        {
            throw new RequestException(StatusCodes.Status422UnprocessableEntity, $"bytes: {e.Message}.");
        }
        catch (ArgumentException e)
        {
            // The options were checked before: what is left are the codec's limits.
            throw new RequestException(StatusCodes.Status413PayloadTooLarge, $"The picture is too large: {e.Message}.");
        }
    }

    private static CompressedImage Describe(HttpContext context, ImageId id, VqInfo info, long uploadedBytes, long bytes) => new()
    {
        Id = id.Text,
        Vq = $"{context.Request.PathBase}/images/{id.Text}.vq",
        Png = $"{context.Request.PathBase}/images/{id.Text}.png",
        Width = info.Width,
        Height = info.Height,
        UploadedBytes = uploadedBytes,
        Bytes = bytes,
        BitsPerPixel = Math.Round(8.0 * bytes / info.Width / info.Height, 4),
        Model = info.ModelId.ToString(),
    };

    [LoggerMessage(LogLevel.Information, "Compressed a {Kind} of {UploadedBytes} bytes to {Bytes} in {Milliseconds} ms")]
    private static partial void LogCompressed(ILogger logger, ImageKind kind, long uploadedBytes, long bytes, long milliseconds);
}
