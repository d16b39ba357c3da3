using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using VqVae.Runtime;

namespace VqVae.Samples.WebApi.Endpoints;

/// <summary>The query parameter <c>region</c>: <c>x,y,w,h</c> in pixels of the whole picture.</summary>
internal readonly record struct PictureRegion(VqRegion Region) : IParsable<PictureRegion>
{
    /// <inheritdoc/>
    public static PictureRegion Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException($"expected x,y,w,h, got '{s}'");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PictureRegion result)
    {
        result = default;
        var numbers = new int[4];
        var parts = s?.Split(',') ?? [];
        if (parts.Length != numbers.Length) return false;
        for (var i = 0; i < numbers.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return false;
        result = new PictureRegion(new VqRegion(numbers[0], numbers[1], numbers[2], numbers[3]));
        return numbers[2] > 0 && numbers[3] > 0;
    }
}
