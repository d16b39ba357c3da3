namespace VqVae.Trainer.Commands;

/// <summary>The command line asks for something that is not possible; the message says what was expected.</summary>
public sealed class UsageException(string message, Exception innerException) : Exception(message, innerException);
