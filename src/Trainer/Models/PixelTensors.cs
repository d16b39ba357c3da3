using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>Between 8-bit RGB pixels and what the networks see: <c>x = pixel / 127.5 − 1</c>, channels first.</summary>
public static class PixelTensors
{
    // ITU-R BT.601 luma, as in the graphs.
    private static readonly float[] Luma = [0.299f, 0.587f, 0.114f];

    /// <summary>Pixels as network input.</summary>
    /// <param name="pixels">uint8 <c>[N,H,W,3]</c>.</param>
    /// <param name="channels">3 (RGB) or 1 (luma).</param>
    /// <returns>float32 <c>[N,channels,H,W]</c> in [−1, 1], in memory channels first.</returns>
    /// <remarks>
    /// Channels last would save the copy and was up to 20% faster on two cores, but libtorch 2.10 then computes wrong numbers with two threads there: decoded pixels were
    /// off by up to 3 of 255.
    /// </remarks>
    public static Tensor ToInput(Tensor pixels, int channels)
    {
        using var scope = NewDisposeScope();
        var x = pixels.permute(0, 3, 1, 2).to(ScalarType.Float32).div(ModelSpec.PixelScale).sub(1).contiguous();
        if (channels == 1) x = x.mul(tensor(Luma, device: pixels.device).view(1, 3, 1, 1)).sum(1, keepdim: true);
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Network output as pixels, rounded half to even and clipped.</summary>
    /// <param name="output">float32 <c>[N,C,H,W]</c>.</param>
    /// <returns>uint8 <c>[N,H,W,3]</c>; luma is repeated.</returns>
    public static Tensor ToPixels(Tensor output)
    {
        using var scope = NewDisposeScope();
        var x = output.add(1).mul(ModelSpec.PixelScale).round().clamp(0, 255).to(ScalarType.Byte);
        if (x.shape[1] == 1) x = x.expand(-1, 3, -1, -1);
        return x.permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }
}
