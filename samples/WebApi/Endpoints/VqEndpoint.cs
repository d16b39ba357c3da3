using Microsoft.Net.Http.Headers;
using VqVae.Samples.WebApi.Errors;
using VqVae.Samples.WebApi.Pictures;
using VqVae.Samples.WebApi.Storage;

namespace VqVae.Samples.WebApi.Endpoints;

/// <summary><c>GET /images/{id}.vq</c>: the file, whole or in ranges; the first bytes of one already show a coarse picture.</summary>
internal static class VqEndpoint
{
    /// <summary>The file as it was kept, whole or in ranges.</summary>
    /// <param name="id">What <c>POST /compress</c> gave.</param>
    public static IResult Get(string id, HttpContext context, ImageStore store)
    {
        if (!ImageId.TryParse(id, out var parsed) || store.Find(parsed) is not { } path) throw Missing();
        var tag = new EntityTagHeaderValue($"\"{parsed.Text}\"");
        Caching.Keep(context.Response, tag);
        return Results.File(path, PictureTypes.Vq, entityTag: tag, enableRangeProcessing: true);
    }

    /// <summary>404: there is no such file, or what was given is no id.</summary>
    public static RequestException Missing() => new(StatusCodes.Status404NotFound, "There is no image of this id.");
}
