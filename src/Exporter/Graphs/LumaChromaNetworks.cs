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

    /// <summary>Summed codes of luma and chroma to bytes <c>[N, H, W, C]</c>; <paramref name="stages"/> and <paramref name="codes"/> have both planes.</summary>
    public static GraphValue Decoder(GraphBuilder graph, Layers layers, ModelSpec spec, IReadOnlyList<GraphValue> codes, IReadOnlyList<GraphValue> stages, GraphValue rate)
    {
        // What the trunk is told goes in with chroma's stem, which has a quarter of luma's positions: a vector for each of the four that share one.
        var told = graph.Add("decoder.stages", layers.StageRow("decoder.luma.stages", stages[0]), layers.StageRow("decoder.chroma.stages", stages[1]));
        told = layers.WithRate("decoder", spec, told, rate)!;
        var chroma = layers.Conv("decoder.chroma.stem", codes[1], KltNetworks.Blocks(spec.Hidden, 2), added: graph.Concat("decoder.conditions.blocks", 0, told, told, told, told));
        var stem = graph.Add("decoder.stem", layers.Conv("decoder.luma.stem", codes[0]), Fine("decoder.chroma.stem", chroma));
        var linear = graph.Add(
            "decoder.linear_blocks",
            layers.Conv("decoder.luma.klt", codes[0], KltNetworks.ImageBlocks(spec, spec.Stride / 2)),
            Fine("decoder.chroma.klt", layers.Conv("decoder.chroma.klt", codes[1], ChromaBlocks(spec))));
        return KltNetworks.Refine(graph, layers, spec, stem, linear);

        GraphValue Fine(string name, GraphValue x) =>
            graph.ChannelsFirst(name + ".planes", graph.PixelsOfBlocks(name + ".fine", graph.ChannelsLast(name + ".last", x), 2));
    }

    /// <summary>The channels of chroma's linear image as 2 × 2 of the blocks that luma's are.</summary>
    private static int[] ChromaBlocks(ModelSpec spec)
    {
        var (half, pixels) = (spec.Stride / 2, KltNetworks.Blocks(spec.InputChannels, 2));
        return
        [
            .. from row in Enumerable.Range(0, 2)
               from column in Enumerable.Range(0, 2)
               from y in Enumerable.Range(0, half)
               from x in Enumerable.Range(0, half)
               from c in pixels
               select (c * spec.Stride * spec.Stride) + (((row * half) + y) * spec.Stride) + (column * half) + x,
        ];
    }
}
