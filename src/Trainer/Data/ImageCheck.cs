namespace VqVae.Trainer.Data;

/// <summary>Reads every image's header before training, so that what is no image is named at the start.</summary>
internal static class ImageCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Splits files into those whose header can be read and those whose cannot.</summary>
    /// <param name="root">The folder that the paths are relative to.</param>
    /// <param name="files">The files.</param>
    /// <param name="cancellation">Ends the check early.</param>
    /// <param name="say">Told every few seconds, on the caller's thread, how many files have been looked at.</param>
    /// <param name="interval">How often; 5 seconds if <c>null</c>.</param>
    /// <returns>Readable files in their order, and for the others a line that says why.</returns>
    public static (IReadOnlyList<string> Readable, IReadOnlyList<string> Unreadable) Run(
        string root, IReadOnlyList<string> files, CancellationToken cancellation, Action<string>? say = null, TimeSpan? interval = null)
    {
        var errors = new string?[files.Count];
        var done = 0;
        var check = Task.Run(
            () => Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
            {
                try
                {
                    VipsImages.Open(Path.Combine(root, files[i])).Dispose();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    errors[i] = $"{files[i]}: {e.Message}";
                }

                Interlocked.Increment(ref done);
            }),
            CancellationToken.None);
        while (!((IAsyncResult)check).AsyncWaitHandle.WaitOne(interval ?? Interval)) say?.Invoke($"{Volatile.Read(ref done)} of {files.Count} headers read");
        check.GetAwaiter().GetResult();
        return ([.. files.Where((_, i) => errors[i] is null)], [.. errors.OfType<string>()]);
    }
}
