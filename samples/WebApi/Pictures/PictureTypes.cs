using Microsoft.Net.Http.Headers;
using VqVae.Codec.Cli.Images;
using VqVae.Samples.WebApi.Errors;

namespace VqVae.Samples.WebApi.Pictures;

/// <summary>The media types that the service takes and gives.</summary>
internal static class PictureTypes
{
    /// <summary>A <c>.vq</c> file: a type of the vendor's tree, which nobody has registered.</summary>
    public const string Vq = "application/vnd.vq";

    /// <summary>What PNG answers are.</summary>
    public const string Png = "image/png";

    /// <summary>What can be uploaded, as an <c>Accept</c> header says it.</summary>
    public const string Accepted = "image/png, image/jpeg, image/webp, image/tiff";

    /// <summary>The format that a request says its body has.</summary>
    /// <exception cref="RequestException">415: another one, none, or the body is encoded.</exception>
    public static ImageKind OfRequest(HttpRequest request)
    {
        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed.MediaType.Value : null;
        var kind = type?.ToUpperInvariant() switch
        {
            "IMAGE/PNG" => ImageKind.Png,
            "IMAGE/JPEG" => ImageKind.Jpeg,
            "IMAGE/WEBP" => ImageKind.WebP,
            "IMAGE/TIFF" => ImageKind.Tiff,
            _ => throw new RequestException(StatusCodes.Status415UnsupportedMediaType, $"The body's Content-Type is {type ?? "missing"}; expected one of {Accepted}."),
        };
        if (request.Headers.ContentEncoding.Count > 0)
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, "The body has a Content-Encoding; expected the picture as it is.");
        return kind;
    }

    /// <summary>Whether a request asks for the <c>.vq</c> file itself.</summary>
    public static bool WantsFile(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals(Vq, StringComparison.OrdinalIgnoreCase) && a.Quality is null or > 0);
}
