using System.Buffers;
using VqVae.Samples.WebApi.Errors;
using VqVae.Samples.WebApi.Settings;

namespace VqVae.Samples.WebApi.Storage;

/// <summary>
/// An upload on disk, gone when it is disposed. Memory holds some kilobytes of it, however many uploads there are, and no worker waits for a client that sends slowly.
/// </summary>
internal sealed class UploadSpool : IDisposable
{
    /// <summary>How the files' names begin.</summary>
    public const string Prefix = "vqvae-upload-";

    private const int BufferSize = 64 << 10;

    private UploadSpool(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Where uploads wait.</summary>
    public static string Folder(StorageSettings storage) => storage.UploadFolder ?? System.IO.Path.GetTempPath();

    /// <summary>Receives a body to its end.</summary>
    /// <exception cref="RequestException">413: it is longer than allowed. 400: it is empty.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public static async Task<UploadSpool> ReceiveAsync(HttpRequest request, StorageSettings storage, LimitSettings limits, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limits.BodyBytes) throw TooLong(limits);
        var spool = new UploadSpool(System.IO.Path.Combine(Folder(storage), $"{Prefix}{Guid.NewGuid():N}"));
        try
        {
            await spool.WriteAsync(request.Body, limits, cancellationToken);
            if (spool.Length == 0) throw new RequestException(StatusCodes.Status400BadRequest, "The body is empty; expected a picture.");
            return spool;
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);

    private static RequestException TooLong(LimitSettings limits) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The body is longer than the {limits.BodyBytes} bytes that are allowed.");

    private async Task WriteAsync(Stream body, LimitSettings limits, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var file = new FileStream(Path, options);
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                Length += read;
                if (Length > limits.BodyBytes) throw TooLong(limits);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
