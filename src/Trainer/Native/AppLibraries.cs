namespace VqVae.Trainer.Native;

/// <summary>The native libraries that this build carries.</summary>
internal static class AppLibraries
{
    /// <summary>Where the .NET host found the app's native files: one folder in a build for one platform, some in a portable one.</summary>
    private static readonly string[] Folders =
    [
        AppContext.BaseDirectory,
        .. (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
    ];

    /// <summary>libtorch's largest library, which stands for all of it, or <c>null</c> in a build without.</summary>
    public static string? LibTorch => Find(LibTorchFolder.FileName("torch_cpu"));

    /// <summary>TorchSharp's own library, which calls libtorch, or <c>null</c> where the build is broken.</summary>
    public static string? TorchSharp => Find(LibTorchFolder.FileName("LibTorchSharp"));

    /// <summary>The absolute path of a library, or <c>null</c>.</summary>
    public static string? Find(string fileName) => Folders.Select(folder => Path.Combine(folder, fileName)).FirstOrDefault(File.Exists);
}
