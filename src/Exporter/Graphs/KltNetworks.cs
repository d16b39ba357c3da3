using VqVae.Models;

namespace VqVae.Exporter.Graphs;

/// <summary>The networks of <see cref="Architecture.Klt"/>: a linear transform of patches beside a residual network, both ways.</summary>
internal static class KltNetworks
{
    /// <summary>Scaled pixels <c>[N, C, H, W]</c> to latents <c>[N, D, h, w]</c>.</summary>
    public static GraphValue Encoder(GraphBuilder graph, Layers layers, ModelSpec spec, GraphValue x)
    {
        var linear = layers.Conv("encoder.klt", x, spec.Stride);
        var hidden = layers.Relu(layers.Conv("encoder.stem", x, spec.Stride));
        hidden = layers.Blocks("encoder.blocks", hidden, spec.EncoderBlocks, preActivation: false);
        return graph.Add("encoder.latent", linear, layers.Conv("encoder.head", hidden));
    }

    /// <summary>Summed codes <c>[N, D, h, w]</c> to scaled pixels <c>[N, C, H, W]</c>.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="layers">Where the weights come from.</param>
    /// <param name="spec">The hyperparameters.</param>
    /// <param name="codes">The decoder's input.</param>
    /// <param name="stages">How many stages were summed, int64 <c>[1]</c>.</param>
    public static GraphValue Decoder(GraphBuilder graph, Layers layers, ModelSpec spec, GraphValue codes, GraphValue stages)
    {
        var half = spec.Stride / 2;

        // How many stages were kept tells the network how coarse its input is: one bias vector for each number of stages.
        var row = graph.Sub("decoder.stages.row", stages, graph.Constant<long>("one", [1], 1));
        var table = layers.Parameter("decoder.stages.weight");
        var shape = graph.Constant<long>("decoder.stages.shape", [1, -1, 1, 1], 4);
        var bias = graph.Reshape("decoder.stages.bias", graph.Gather("decoder.stages", table, row), shape, 1, spec.Hidden, 1, 1);

        var linear = layers.Conv("decoder.klt", codes);
        var trunk = layers.Relu(graph.Add("decoder.stem.biased", layers.Conv("decoder.stem", codes), bias));
        trunk = layers.Blocks("decoder.blocks", trunk, spec.DecoderBlocks, preActivation: false);
        var features = layers.Conv("decoder.expand", trunk);

        // At half resolution: the linear image (each channel's four pixels of 2 × 2) and features, refined together.
        var linearImage = graph.DepthToSpace("decoder.linear_image", linear, half);
        var joined = graph.Concat("decoder.joined", 1, linearImage, graph.DepthToSpace("decoder.features", features, half));
        var refined = layers.Relu(layers.Conv("decoder.refine.stem", joined));
        refined = layers.Blocks("decoder.refine.blocks", refined, spec.RefineBlocks, preActivation: false);
        var correction = layers.Conv("decoder.refine.head", refined);
        return graph.DepthToSpace("decoder.pixels", graph.Add("decoder.refined_image", linearImage, correction), 2);
    }
}
