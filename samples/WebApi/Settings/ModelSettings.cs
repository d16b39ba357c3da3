namespace VqVae.Samples.WebApi.Settings;

/// <summary>Which model compresses and decompresses: the section <c>Model</c>.</summary>
internal sealed record ModelSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Model";

    /// <summary>A model folder; without one, what <c>VQVAE_MODEL</c> names, otherwise <c>models/photo</c> beside the program.</summary>
    public string? Folder { get; init; }
}
