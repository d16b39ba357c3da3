namespace VqVae.Models;

/// <summary>A model folder, a checkpoint or one of their files is malformed, incomplete or not what it says it is.</summary>
public sealed class ModelFormatException : FormatException
{
    /// <summary>Creates the exception with a message that says what was expected and what was found.</summary>
    public ModelFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the error behind it.</summary>
    public ModelFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
