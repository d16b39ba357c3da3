using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Where the model is that is used when none is named.</summary>
public static class DefaultModel
{
    /// <summary>The shipped model's name.</summary>
    public const string Name = "photo";

    /// <summary>The environment variable that names another model folder.</summary>
    public const string EnvironmentVariable = "VQVAE_MODEL";

    /// <summary>The folder that <see cref="EnvironmentVariable"/> names, otherwise <c>models/photo</c> beside the program.</summary>
    /// <exception cref="ModelFormatException">There is no model in either place.</exception>
    public static string FindFolder() => FindFolder(Environment.GetEnvironmentVariable(EnvironmentVariable), AppContext.BaseDirectory);

    internal static string FindFolder(string? variable, string baseDirectory)
    {
        var shipped = Path.Combine(baseDirectory, "models", Name);
        var folder = string.IsNullOrEmpty(variable) ? shipped : variable;
        if (File.Exists(Path.Combine(folder, ModelManifest.FileName))) return folder;
        throw new ModelFormatException(string.IsNullOrEmpty(variable)
            ? $"there is no default model: {EnvironmentVariable} is not set, and '{shipped}' has no {ModelManifest.FileName}"
            : $"{EnvironmentVariable} names '{variable}', which has no {ModelManifest.FileName}; unset, the model in '{shipped}' would be used");
    }
}
