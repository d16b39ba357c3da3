using Microsoft.Net.Http.Headers;

namespace VqVae.Samples.WebApi.Endpoints;

/// <summary>What an id names never changes, so whoever has it may keep it and need not ask again.</summary>
internal static class Caching
{
    private const string Forever = "public, max-age=31536000, immutable";

    /// <summary>Sets the headers of an answer that may be kept.</summary>
    public static void Keep(HttpResponse response, EntityTagHeaderValue tag)
    {
        response.Headers.CacheControl = Forever;
        response.Headers.ETag = tag.ToString();

        // A browser takes it for what it is said to be, and for nothing else.
        response.Headers.XContentTypeOptions = "nosniff";
    }

    /// <summary>Whether the client has it already (RFC 9110, section 13.1.2).</summary>
    public static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag) =>
        request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
}
