using VqVae.Models;

namespace VqVae.Exporter.Graphs;

/// <summary>The networks of <see cref="Architecture.VqVae"/>: strided convolutions one way, transposed ones the other.</summary>
internal static class VqVaeNetworks
{
    /// <summary>Scaled pixels <c>[N, C, H, W]</c> to latents <c>[N, D, h, w]</c>.</summary>
    public static GraphValue Encoder(Layers layers, ModelSpec spec, GraphValue x)
    {
        var depth = int.Log2(spec.Stride);
        for (var i = 0; i < depth; i++)
        {
            x = layers.Conv($"encoder.down.{i}", x, stride: 2);
            if (i < depth - 1) x = layers.Relu(x);
        }

        x = layers.Blocks("encoder.blocks", x, spec.EncoderBlocks, preActivation: true);
        return layers.Conv("encoder.head", layers.Relu(x));
    }

    /// <summary>Summed codes <c>[N, D, h, w]</c> to scaled pixels <c>[N, C, H, W]</c>, ready for <see cref="Layers.Bytes"/>.</summary>
    public static GraphValue Decoder(Layers layers, ModelSpec spec, GraphValue codes)
    {
        var depth = int.Log2(spec.Stride);
        var x = layers.Conv("decoder.stem", codes);
        x = layers.Relu(layers.Blocks("decoder.blocks", x, spec.DecoderBlocks, preActivation: true));
        for (var i = 0; i < depth; i++)
        {
            x = layers.ConvTranspose($"decoder.up.{i}", x, stride: 2, shift: i < depth - 1 ? 0 : Layers.PixelShift);
            if (i < depth - 1) x = layers.Relu(x);
        }

        return x;
    }
}
