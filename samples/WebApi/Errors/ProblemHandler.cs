using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace VqVae.Samples.WebApi.Errors;

/// <summary>Makes problem details (RFC 9457) of exceptions. What is the service's fault is logged, and the client learns nothing of it.</summary>
internal sealed partial class ProblemHandler(IProblemDetailsService problems, ILogger<ProblemHandler> logger) : IExceptionHandler
{
    /// <summary>Seconds after which a client that was refused for want of room may ask again.</summary>
    public const string RetryAfter = "1";

    /// <summary>What Linux says of a full disk or an exhausted quota, and Windows of a full disk.</summary>
    private const int NoSpace = 28, QuotaExceeded = 122, WindowsDiskFull = unchecked((int)0x80070070);

    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, detail) = Describe(exception);
        if (status >= StatusCodes.Status500InternalServerError && exception is not RequestException { InnerException: null })
            LogFailed(exception, httpContext.Request.Method, httpContext.Request.Path);
        httpContext.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) httpContext.Response.Headers.RetryAfter = RetryAfter;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = new ProblemDetails { Status = status, Detail = detail },
        });
    }

    private static (int Status, string? Detail) Describe(Exception exception) => exception switch
    {
        RequestException e => (e.Status, e.Message),
        BadHttpRequestException e => (e.StatusCode, e.Message),
        OutOfMemoryException => (StatusCodes.Status503ServiceUnavailable, "There is not enough memory at the moment."),
        IOException { HResult: NoSpace or QuotaExceeded or WindowsDiskFull } => (StatusCodes.Status507InsufficientStorage, "There is no room left for the file."),
        _ => (StatusCodes.Status500InternalServerError, null),
    };

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, PathString path);
}
