namespace VqVae.Runtime;

/// <summary>No quality of the model reaches a <see cref="VqTarget"/> with this image; the message says how near it comes.</summary>
public sealed class VqTargetException : Exception
{
    /// <inheritdoc/>
    public VqTargetException()
    {
    }

    /// <inheritdoc/>
    public VqTargetException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public VqTargetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
