namespace VqVae.Models;

/// <summary>
/// One dimension of finite scalar quantization (Mentzer et al. 2023): a latent z is bounded to tanh(z + <see cref="Shift"/>) · <see cref="Scale"/> − <see cref="Offset"/>,
/// whose nearest level is taken. Levels lie ⌊L/2⌋ to a unit, from −1 up.
/// </summary>
/// <param name="Levels">Number of levels L.</param>
/// <param name="Shift">s, so that z = 0 is bounded to 0.</param>
/// <param name="Scale">Half of the bounded range.</param>
/// <param name="Offset">What an even number of levels lies to one side.</param>
public readonly record struct FsqDimension(int Levels, float Shift, float Scale, float Offset)
{
    /// <summary>ε of the paper's implementation: how far the bound reaches beyond the outermost levels.</summary>
    private const double Margin = 1e-3;

    /// <summary>The constants for a number of levels, at least 2.</summary>
    public static FsqDimension Of(int levels)
    {
        var (half, unit) = ((levels - 1) * (1 + Margin) / 2, levels / 2);
        var offset = levels % 2 == 0 ? 0.5 : 0;
        return new FsqDimension(levels, (float)Math.Atanh(offset / half), (float)(half / unit), (float)(offset / unit));
    }

    /// <summary>All codes in the order of their indices, <c>[∏ levels, dimensions]</c>: the first dimension's level is an index's lowest digit.</summary>
    public static float[] Codebook(IReadOnlyList<int> levels)
    {
        ArgumentNullException.ThrowIfNull(levels);
        var codes = levels.Aggregate(1, (product, l) => product * l);
        var values = new float[codes * levels.Count];
        for (var code = 0; code < codes; code++)
        {
            var rest = code;
            for (var d = 0; d < levels.Count; d++)
            {
                var unit = levels[d] / 2;
                values[(code * levels.Count) + d] = ((rest % levels[d]) - unit) / (float)unit;
                rest /= levels[d];
            }
        }

        return values;
    }
}
