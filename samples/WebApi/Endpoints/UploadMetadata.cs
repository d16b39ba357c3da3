using Microsoft.AspNetCore.Http.Metadata;

namespace VqVae.Samples.WebApi.Endpoints;

/// <summary>Says in the OpenAPI document what the body of an upload is.</summary>
internal sealed class UploadMetadata : IAcceptsMetadata
{
    /// <inheritdoc/>
    public IReadOnlyList<string> ContentTypes { get; } = ["image/png", "image/jpeg", "image/webp", "image/tiff"];

    /// <inheritdoc/>
    public Type? RequestType => typeof(Stream);

    /// <inheritdoc/>
    public bool IsOptional => false;
}
