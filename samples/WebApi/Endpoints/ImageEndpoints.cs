using VqVae.Samples.WebApi.Errors;
using VqVae.Samples.WebApi.Pictures;

namespace VqVae.Samples.WebApi.Endpoints;

/// <summary>The routes of pictures.</summary>
internal static class ImageEndpoints
{
    private const string Tag = "images";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps <c>POST /compress</c>.</summary>
    public static void MapCompress(this IEndpointRouteBuilder routes) => routes.MapPost("/compress", CompressEndpoint.PostAsync)
        .RequireRateLimiting(Admission.Uploads)
        .WithTags(Tag)
        .WithMetadata(new UploadMetadata())
        .Produces<CompressedImage>(StatusCodes.Status201Created)
        .Produces<Stream>(StatusCodes.Status200OK, PictureTypes.Vq)
        .AddOpenApiOperationTransformer((operation, _, _) =>
        {
            // The framework keeps one type a status: the description of a file that was there already is that of a new one.
            var responses = operation.Responses!;
            foreach (var (type, content) in responses["201"].Content!) responses["200"].Content!.TryAdd(type, content);
            return Task.CompletedTask;
        })
        .Refuses(400, 413, 415, 422, 429, 503, 504, 507);

    /// <summary>Maps <c>GET /images/{id}.vq</c> and <c>.png</c>.</summary>
    public static void MapImages(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/images/{id}.vq", Reading, VqEndpoint.Get)
            .WithTags(Tag)
            .Produces<Stream>(StatusCodes.Status200OK, PictureTypes.Vq)
            .Produces<Stream>(StatusCodes.Status206PartialContent, PictureTypes.Vq)
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(404);
        routes.MapMethods("/images/{id}.png", Reading, PngEndpoint.GetAsync)
            .RequireRateLimiting(Admission.Pictures)
            .WithTags(Tag)
            .Produces<Stream>(StatusCodes.Status200OK, PictureTypes.Png)
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(400, 404, 429, 503, 504);
    }

    private static void Refuses(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) route.ProducesProblem(status);
    }
}
