using System.Buffers;
using System.Security.Cryptography;

namespace VqVae.Samples.WebApi.Storage;

/// <summary>A file's id: the first 128 bits of the SHA-256 of its bytes. The same bytes have the same id, so that what an id names never changes.</summary>
internal readonly record struct ImageId
{
    private const int Digits = 32;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private ImageId(string text) => Text = text;

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public string Text { get; }

    /// <summary>The id of a file.</summary>
    public static ImageId Of(ReadOnlySpan<byte> vq) => new(Convert.ToHexStringLower(SHA256.HashData(vq).AsSpan(0, Digits / 2)));

    /// <summary>Parses an id of a request. Nothing but the digits passes: no path, no second way to write an id.</summary>
    public static bool TryParse(string? text, out ImageId id)
    {
        var isId = text is { Length: Digits } && !text.AsSpan().ContainsAnyExcept(LowerHex);
        id = isId ? new ImageId(text!) : default;
        return isId;
    }
}
