namespace VqVae.Models;

/// <summary>
/// The interval of positions along one axis that a layer's outputs depend on, followed from the outputs back to the inputs. Layers pad so
/// that output and input sizes are multiples of each other, as the graphs do.
/// </summary>
/// <param name="First">The lowest position.</param>
/// <param name="Last">The highest position.</param>
internal readonly record struct Reach(int First, int Last)
{
    /// <summary>Through a convolution: output o sees inputs o·stride − padding to o·stride − padding + kernel − 1.</summary>
    public Reach Conv(int kernel, int stride = 1)
    {
        var padding = (kernel - stride) / 2;
        return new Reach((First * stride) - padding, (Last * stride) - padding + kernel - 1);
    }

    /// <summary>Through so many convolutions of stride 1.</summary>
    public Reach Convs(int count, int kernel) => new(First - (count * (kernel / 2)), Last + (count * (kernel / 2)));

    /// <summary>Through a transposed convolution: input i feeds outputs i·stride − padding to i·stride − padding + kernel − 1.</summary>
    public Reach ConvTranspose(int kernel, int stride)
    {
        var padding = (kernel - stride) / 2;
        return new Reach(CeilingDivide(First + padding - kernel + 1, stride), FloorDivide(Last + padding, stride));
    }

    /// <summary>Through a depth-to-space or any other upsampling without overlap.</summary>
    public Reach Upsample(int factor) => new(FloorDivide(First, factor), FloorDivide(Last, factor));

    /// <summary>What this or another depends on.</summary>
    public Reach With(Reach other) => new(Math.Min(First, other.First), Math.Max(Last, other.Last));

    private static int FloorDivide(int a, int b) => (a - (((a % b) + b) % b)) / b;

    private static int CeilingDivide(int a, int b) => -FloorDivide(-a, b);
}
