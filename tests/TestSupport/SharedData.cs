namespace VqVae.TestSupport;

/// <summary>
/// The real images beside a checkout (<c>../shared/data</c>), where they are there; tests draw their own images where they are not.
/// </summary>
public static class SharedData
{
    /// <summary>The repository's root folder.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>A folder of real images such as <c>kodak</c>, or <c>null</c> where it is not there.</summary>
    public static string? Folder(string name)
    {
        var folder = Path.Combine(RepositoryRoot, "..", "shared", "data", name);
        return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "VqVae.Deploy.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("the tests do not run inside the repository");
    }
}
