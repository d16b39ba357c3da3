using VqVae.Models;

namespace VqVae.Exporter.Graphs;

/// <summary>The networks of <see cref="Architecture.Klt"/>: a linear transform of patches beside a residual network, both ways.</summary>
internal static class KltNetworks
{
    /// <summary>Scaled pixels <c>[N, C, H, W]</c> to latents <c>[N, D, h, w]</c>.</summary>
    public static GraphValue Encoder(GraphBuilder graph, Layers layers, ModelSpec spec, GraphValue x, GraphValue rate)
    {
        var linear = layers.Conv("encoder.klt", x, spec.Stride);
        return Latent(graph, layers, "encoder", linear, () => Features(layers, spec, x, rate));
    }

    /// <summary>Linear latents plus what the network's head makes of its features; the network is left out where its head was never trained and is zero.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="layers">Where the weights come from.</param>
    /// <param name="part">The layers' name before <c>.head</c>.</param>
    /// <param name="linear">The linear latents.</param>
    /// <param name="features">Adds the network.</param>
    public static GraphValue Latent(GraphBuilder graph, Layers layers, string part, GraphValue linear, Func<GraphValue> features) =>
        layers.IsZero(part + ".head") ? linear : graph.Add(part + ".latent", linear, layers.Conv(part + ".head", features()));

    /// <summary>The encoder's network, told the rate point where there are several: scaled pixels to <c>[N, hidden, h, w]</c>.</summary>
    public static GraphValue Features(Layers layers, ModelSpec spec, GraphValue x, GraphValue rate)
    {
        var stem = layers.AddRate("encoder", spec, layers.Conv("encoder.stem", x, spec.Stride), rate);
        return layers.Blocks("encoder.blocks", layers.Relu(stem), spec.EncoderBlocks, preActivation: false);
    }

    /// <summary>Summed codes <c>[N, D, h, w]</c> to scaled pixels <c>[N, C, H, W]</c>.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="layers">Where the weights come from.</param>
    /// <param name="spec">The hyperparameters.</param>
    /// <param name="codes">The decoder's input.</param>
    /// <param name="stages">How many stages were summed, int64 <c>[1]</c>.</param>
    /// <param name="rate">The rate point, int32 <c>[1]</c>.</param>
    public static GraphValue Decoder(GraphBuilder graph, Layers layers, ModelSpec spec, GraphValue codes, GraphValue stages, GraphValue rate)
    {
        // How many stages were kept tells the network how coarse its input is: one bias vector for each number of stages.
        var bias = layers.StageBias("decoder.stages", stages, spec.Hidden);
        var linear = layers.Conv("decoder.klt", codes);
        var stem = layers.AddRate("decoder", spec, graph.Add("decoder.stem.biased", layers.Conv("decoder.stem", codes), bias), rate);
        return Refine(graph, layers, spec, stem, graph.DepthToSpace("decoder.linear_image", linear, spec.Stride / 2));
    }

    /// <summary>
    /// The decoder behind its stem: the trunk, then at half resolution the linear image (each channel's four pixels of 2 × 2) and features, refined together.
    /// </summary>
    public static GraphValue Refine(GraphBuilder graph, Layers layers, ModelSpec spec, GraphValue stem, GraphValue linearImage)
    {
        var trunk = layers.Blocks("decoder.blocks", layers.Relu(stem), spec.DecoderBlocks, preActivation: false);
        var features = layers.Conv("decoder.expand", trunk);
        var joined = graph.Concat("decoder.joined", 1, linearImage, graph.DepthToSpace("decoder.features", features, spec.Stride / 2));
        var refined = layers.Relu(layers.Conv("decoder.refine.stem", joined));
        refined = layers.Blocks("decoder.refine.blocks", refined, spec.RefineBlocks, preActivation: false);
        var correction = layers.Conv("decoder.refine.head", refined);
        return graph.DepthToSpace("decoder.pixels", graph.Add("decoder.refined_image", linearImage, correction), 2);
    }
}
