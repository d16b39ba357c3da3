namespace VqVae.Imaging;

/// <summary>A picture cannot be read or written; the message is one line with the reason.</summary>
internal sealed class ImageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ImageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the error behind it.</summary>
    public ImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
