namespace VqVae.Runtime;

/// <summary>
/// A <c>.vq</c> file is damaged, cut short, of another version, made with another model, or no <c>.vq</c> file at all; the message says
/// what was expected and what was found.
/// </summary>
public sealed class VqFormatException : FormatException
{
    /// <summary>Creates the exception with a message that says what was expected and what was found.</summary>
    public VqFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the error behind it.</summary>
    public VqFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
