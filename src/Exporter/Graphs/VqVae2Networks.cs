using VqVae.Models;

namespace VqVae.Exporter.Graphs;

/// <summary>The networks of <see cref="Architecture.VqVae2"/>: two scales, of which the finer sees the decoded coarser one.</summary>
internal static class VqVae2Networks
{
    /// <summary>Scaled pixels <c>[N, C, H, W]</c> to the latents of both planes; <paramref name="quantize"/> gives the codes of the top's, which the bottom's see.</summary>
    public static void Encoder(GraphBuilder graph, Layers layers, ModelSpec spec, GraphValue x, Func<int, GraphValue, GraphValue?> quantize)
    {
        var bottom = Down(layers, spec, "encoder.bottom", x, spec.Stride);
        var top = quantize(0, layers.Conv("encoder.top.head", Down(layers, spec, "encoder.top", bottom, 2)))!;
        var decoded = Up(layers, "encoder.top_decoder", top, 2, spec.EncoderBlocks);
        quantize(1, layers.Conv("encoder.bottom.head", graph.Concat("encoder.bottom.joined", 1, decoded, bottom)));
    }

    /// <summary>Summed codes of top and bottom to scaled pixels <c>[N, C, H, W]</c>, ready for <see cref="Layers.Bytes"/>.</summary>
    public static GraphValue Decoder(GraphBuilder graph, Layers layers, ModelSpec spec, IReadOnlyList<GraphValue> codes) =>
        Up(layers, "decoder", graph.Concat("decoder.joined", 1, layers.ConvTranspose("decoder.upsample", codes[0], stride: 2), codes[1]), spec.Stride, spec.DecoderBlocks, Layers.PixelShift);

    private static GraphValue Down(Layers layers, ModelSpec spec, string name, GraphValue x, int stride)
    {
        for (var i = 0; i < int.Log2(stride); i++) x = layers.Relu(layers.Conv($"{name}.down.{i}", x, stride: 2));
        x = layers.Conv(name + ".stem", x);
        return layers.Relu(layers.Blocks(name + ".blocks", x, spec.EncoderBlocks, preActivation: true));
    }

    private static GraphValue Up(Layers layers, string name, GraphValue x, int stride, int blocks, float shift = 0)
    {
        x = layers.Blocks(name + ".blocks", layers.Conv(name + ".stem", x), blocks, preActivation: true);
        var depth = int.Log2(stride);
        for (var i = 0; i < depth; i++) x = layers.ConvTranspose($"{name}.up.{i}", layers.Relu(x), stride: 2, shift: i < depth - 1 ? 0 : shift);
        return x;
    }
}
