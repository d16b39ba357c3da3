using VqVae.Models;

namespace VqVae.Exporter.Graphs;

/// <summary>The networks of <see cref="Architecture.LumaChroma"/>: as <see cref="KltNetworks"/>, with a plane for luma and one at twice its stride for chroma.</summary>
internal static class LumaChromaNetworks
{
    /// <summary>Scaled pixels <c>[N, C, H, W]</c> to the latents of luma and chroma.</summary>
    public static (GraphValue Luma, GraphValue Chroma) Encoder(GraphBuilder graph, Layers layers, ModelSpec spec, GraphValue x, GraphValue rate)
    {
        GraphValue? shared = null;
        var luma = KltNetworks.Latent(graph, layers, "encoder.luma", layers.Conv("encoder.luma.klt", x, spec.Stride), Features);
        var chroma = KltNetworks.Latent(
            graph, layers, "encoder.chroma", layers.Conv("encoder.chroma.klt", x, 2 * spec.Stride), () => layers.Relu(layers.Conv("encoder.chroma.down", Features(), stride: 2)));
        return (luma, chroma);

        GraphValue Features() => shared ??= KltNetworks.Features(layers, spec, x, rate);
    }

    /// <summary>Summed codes of luma and chroma to scaled pixels <c>[N, C, H, W]</c>; <paramref name="stages"/> and <paramref name="codes"/> have both planes.</summary>
    public static GraphValue Decoder(GraphBuilder graph, Layers layers, ModelSpec spec, IReadOnlyList<GraphValue> codes, IReadOnlyList<GraphValue> stages, GraphValue rate)
    {
        var luma = graph.Add("decoder.luma.biased", layers.Conv("decoder.luma.stem", codes[0]), layers.StageBias("decoder.luma.stages", stages[0], spec.Hidden));
        var shuffled = graph.DepthToSpace("decoder.chroma.stem.fine", layers.Conv("decoder.chroma.stem", codes[1]), 2);
        var chroma = graph.Add("decoder.chroma.biased", shuffled, layers.StageBias("decoder.chroma.stages", stages[1], spec.Hidden));
        var stem = layers.AddRate("decoder", spec, graph.Add("decoder.stem", luma, chroma), rate);
        var linear = graph.Add(
            "decoder.linear_image",
            graph.DepthToSpace("decoder.luma.linear_image", layers.Conv("decoder.luma.klt", codes[0]), spec.Stride / 2),
            graph.DepthToSpace("decoder.chroma.linear_image", layers.Conv("decoder.chroma.klt", codes[1]), spec.Stride));
        return KltNetworks.Refine(graph, layers, spec, stem, linear);
    }
}
