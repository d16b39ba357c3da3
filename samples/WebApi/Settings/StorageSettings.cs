using System.ComponentModel.DataAnnotations;

namespace VqVae.Samples.WebApi.Settings;

/// <summary>Where files are kept: the section <c>Storage</c>.</summary>
internal sealed record StorageSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Storage";

    /// <summary>The folder of the <c>.vq</c> files, made if it is missing; a relative one lies below the program's folder.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Folder { get; init; } = "images";

    /// <summary>Where uploads wait until they are compressed; the system's folder for temporary files unless it is set.</summary>
    public string? UploadFolder { get; init; }
}
