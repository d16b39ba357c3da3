using VqVae.Samples.WebApi.Coding;
using VqVae.Samples.WebApi.Storage;

namespace VqVae.Samples.WebApi.Endpoints;

/// <summary>What a service manager asks: whether to restart the service, and whether to send it requests.</summary>
internal static class HealthEndpoints
{
    private const string Tag = "health";

    /// <summary>Maps <c>GET /health/live</c> and <c>/health/ready</c>.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", () => Report("ok"))
            .WithTags(Tag)
            .WithSummary("Answers as long as the process does.")
            .Produces<HealthReport>();
        routes.MapGet("/health/ready", (CodecHost codec, ImageStore store) =>
            !codec.IsReady ? Report("the model is being loaded") : !store.IsWritable() ? Report("the storage folder cannot be written") : Report("ok"))
            .WithTags(Tag)
            .WithSummary("Whether requests can be served: the model is loaded and has run, and files can be kept.")
            .Produces<HealthReport>()
            .Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Report(string status) => Results.Json(
        new HealthReport(status), ServiceJson.Default.HealthReport, statusCode: status == "ok" ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
