using System.Diagnostics.CodeAnalysis;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The errors of a <c>.vq</c> file, each with the offset in bytes, what was expected and what was found.</summary>
internal static class VqThrow
{
    [DoesNotReturn]
    public static void Invalid(int offset, string what, string expected, string actual) =>
        throw new VqFormatException($"offset {offset}: {what}: expected {expected}, got {actual}");

    /// <summary>Says what to do about a file of another version than the one that is read.</summary>
    [DoesNotReturn]
    public static void WrongVersion(int offset, int expected, int actual) => Invalid(
        offset, "version", $"{expected}", $"{actual}: {(actual > expected ? "a newer release wrote the file; update this one" : "a draft from before the format was frozen; compress the image again")}");

    [DoesNotReturn]
    public static void Truncated(int offset, string what, long expected, long actual) =>
        throw new VqFormatException($"offset {offset}: {what}: expected {Count(expected)}, got {actual}: the file is cut short");

    [DoesNotReturn]
    public static void WrongLength(long expected, long actual, bool atLeast = false) => throw new VqFormatException(actual < expected
        ? $"expected a file of {(atLeast ? "at least " : "")}{Count(expected)}, got {actual}: the file is cut short"
        : $"expected a file of {Count(expected)}, got {actual}: something follows the checksum");

    [DoesNotReturn]
    public static void WrongChecksum(uint expected, uint actual, bool mayBeCut = false) => throw new VqFormatException(
        $"checksum: the file states {expected:x8}, its content has {actual:x8}: the file is {(mayBeCut ? "cut short or damaged" : "damaged")}");

    [DoesNotReturn]
    public static void NoStage(int length) => throw new VqFormatException($"expected the whole first stage at least, got {Count(length)}: the file is cut short");

    [DoesNotReturn]
    public static void WrongModel(ModelId file, ModelId model, string modelName, bool damaged) => throw new VqFormatException(
        $"the file was made with the model {file}, this is {model} ('{modelName}')" + (damaged ? "; its checksum is wrong too, so it may be damaged" : ""));

    private static string Count(long bytes) => bytes == 1 ? "1 byte" : $"{bytes} bytes";
}
