namespace VqVae.Fuzz;

/// <summary>An input that a parser did not stand.</summary>
internal sealed class FuzzFailure(string target, long execution, byte[] input, string what, Exception? cause = null)
    : Exception($"{target}, execution {execution}, an input of {input.Length} bytes: {what}", cause)
{
    /// <summary>The input, for a test.</summary>
    public byte[] Input { get; } = input;
}
