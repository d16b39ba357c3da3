using VqVae.Samples.WebApi.Settings;

namespace VqVae.Samples.WebApi.Storage;

/// <summary>Removes, when the service starts, uploads that a killed process left.</summary>
internal sealed class UploadCleaner(StorageSettings storage) : IHostedService
{
    /// <summary>No request takes so long: younger ones may be another process's.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromHours(2);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(UploadSpool.Folder(storage));
        foreach (var file in new DirectoryInfo(UploadSpool.Folder(storage)).EnumerateFiles(UploadSpool.Prefix + "*"))
        {
            try
            {
                if (file.LastWriteTimeUtc < DateTime.UtcNow - Age) file.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody else's.
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
