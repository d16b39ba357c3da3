namespace VqVae.Samples.WebApi.Errors;

/// <summary>A request that is answered with an error; the message tells the client why.</summary>
internal sealed class RequestException(int status, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;
}
