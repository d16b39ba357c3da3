using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>Brightness of RGB pixels as image codecs measure it.</summary>
internal static class Luma
{
    /// <summary>
    /// Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) in the range of the input and without rounding, as JFIF has it before it rounds; not the
    /// 16 to 235 of video.
    /// </summary>
    /// <param name="images">float32 <c>[N,3,H,W]</c>, or <c>[N,1,H,W]</c>, which is luma already.</param>
    /// <returns>float32 <c>[N,1,H,W]</c>.</returns>
    public static Tensor Of(Tensor images)
    {
        using var scope = NewDisposeScope();
        if (images.shape[1] == 1) return images.alias().MoveToOuterDisposeScope();
        var channels = images.unbind(1);
        return channels[0].mul(0.299).add(channels[1], alpha: 0.587).add(channels[2], alpha: 0.114).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The same of pixels as images hold them.</summary>
    /// <param name="pixels">uint8 <c>[N,H,W,3]</c>.</param>
    /// <returns>float32 <c>[N,1,H,W]</c> in [0, 255].</returns>
    public static Tensor OfPixels(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return Of(pixels.permute(0, 3, 1, 2).to(ScalarType.Float32)).MoveToOuterDisposeScope();
    }
}
