using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>The values that stand for black and white in a tensor of pixels.</summary>
/// <remarks>
/// Both are needed: the structural similarities compare brightness as a ratio, so they are not the same for pixels in [−1, 1] taken as they
/// are and for the same pixels in [0, 255].
/// </remarks>
/// <param name="Black">The value of black.</param>
/// <param name="White">The value of white.</param>
internal readonly record struct ValueRange(double Black, double White)
{
    /// <summary>What the networks take and give: −1 to 1.</summary>
    public static ValueRange Networks => new(-1, 1);

    /// <summary>Pixels of 8 bits: 0 to 255.</summary>
    public static ValueRange EightBit => new(0, 255);

    /// <summary>White less black.</summary>
    public double Span => White - Black;

    /// <summary>Values with black at −½ and white at ½.</summary>
    public Tensor Centre(Tensor values) => values.sub((Black + White) / 2).div(Span);
}
