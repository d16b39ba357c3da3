namespace VqVae.Trainer.Data;

/// <summary>Reads every image's header before training, so that what is no image is named at the start.</summary>
internal static class ImageCheck
{
    /// <summary>Splits files into those whose header can be read and those whose cannot.</summary>
    /// <param name="root">The folder that the paths are relative to.</param>
    /// <param name="files">The files.</param>
    /// <param name="cancellation">Ends the check early.</param>
    /// <returns>Readable files in their order, and for the others a line that says why.</returns>
    public static (IReadOnlyList<string> Readable, IReadOnlyList<string> Unreadable) Run(string root, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var errors = new string?[files.Count];
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            try
            {
                VipsImages.Open(Path.Combine(root, files[i])).Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                errors[i] = $"{files[i]}: {e.Message}";
            }
        });
        return ([.. files.Where((_, i) => errors[i] is null)], [.. errors.OfType<string>()]);
    }
}
