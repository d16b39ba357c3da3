using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;
using VqVae.Samples.WebApi.Settings;

namespace VqVae.Samples.WebApi.Errors;

/// <summary>
/// How many requests are inside at a time, by kind, so that uploads and pictures do not crowd each other out. Those inside wait for a worker; one more is refused at
/// once: a client that may ask again is better off than one that waits in a queue without an end.
/// </summary>
internal static class Admission
{
    /// <summary>The policies' names.</summary>
    public const string Uploads = "uploads", Pictures = "pictures";

    /// <summary>Adds both.</summary>
    public static void Configure(RateLimiterOptions options, LimitSettings limits)
    {
        options.AddConcurrencyLimiter(Uploads, o => o.PermitLimit = limits.Uploads);
        options.AddConcurrencyLimiter(Pictures, o => o.PermitLimit = limits.Pictures);
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = RefuseAsync;
    }

    private static async ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancellationToken)
    {
        context.HttpContext.Response.Headers.RetryAfter = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
            ? ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : ProblemHandler.RetryAfter;
        await context.HttpContext.RequestServices.GetRequiredService<IProblemDetailsService>().TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context.HttpContext,
            ProblemDetails = new ProblemDetails { Status = StatusCodes.Status429TooManyRequests, Detail = "All places are taken at the moment." },
        });
    }
}
