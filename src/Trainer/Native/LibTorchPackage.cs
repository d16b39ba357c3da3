using System.Runtime.InteropServices;

namespace VqVae.Trainer.Native;

/// <summary>
/// The NuGet package of libtorch for the CPU, as <c>dotnet package download</c>, or any build that references it, leaves it in the user's package cache: what a
/// trainer without libtorch computes with where no PyTorch is named.
/// </summary>
internal static class LibTorchPackage
{
    /// <summary>The environment variable that names the package cache where it is not in its usual place.</summary>
    public const string CacheVariable = "NUGET_PACKAGES";

    /// <summary>The platform as packages name it, such as <c>linux-x64</c>.</summary>
    private static string Platform => $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The package's name.</summary>
    private static string Id => $"libtorch-cpu-{Platform}";

    /// <summary>The command that fetches it.</summary>
    public static string Command => $"dotnet package download {Id}@{LibTorch.MadeFor} --output {(OperatingSystem.IsWindows() ? @"%USERPROFILE%\.nuget\packages" : "~/.nuget/packages")}";

    /// <summary>Its libraries, or <c>null</c> where the cache does not hold them all.</summary>
    public static LibTorchFolder? Find()
    {
        var named = Environment.GetEnvironmentVariable(CacheVariable);
        return FindIn(string.IsNullOrEmpty(named) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages") : named);
    }

    /// <summary>Its libraries in a package cache.</summary>
    internal static LibTorchFolder? FindIn(string cache)
    {
        var folder = Path.GetFullPath(Path.Combine(cache, Id, LibTorch.MadeFor, "runtimes", Platform, "native"));
        return LibTorchFolder.Core.All(name => File.Exists(Path.Combine(folder, name))) ? new LibTorchFolder(folder, LibTorch.MadeFor + "+cpu") : null;
    }
}
