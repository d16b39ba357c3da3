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
        var stem = layers.Conv("encoder.stem", x, spec.Stride, layers.WithRate("encoder", spec, null, rate));
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
        var bias = layers.WithRate("decoder", spec, layers.StageRow("decoder.stages", stages), rate);
        var linear = layers.Conv("decoder.klt", codes, ImageBlocks(spec, spec.Stride / 2));
        return Refine(graph, layers, spec, layers.Conv("decoder.stem", codes, added: bias), linear);
    }

    /// <summary>
    /// The decoder behind its stem: the trunk, then at half resolution the linear image (each channel's four pixels of 2 × 2) and features, refined together.
    /// </summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="layers">Where the weights come from.</param>
    /// <param name="spec">The hyperparameters.</param>
    /// <param name="stem">The trunk's input before its ReLU.</param>
    /// <param name="linear">The linear image as blocks of half the stride at half resolution, whose channels are in the order of <see cref="ImageBlocks"/>.</param>
    /// <returns>The image as bytes <c>[N, H, W, C]</c>.</returns>
    public static GraphValue Refine(GraphBuilder graph, Layers layers, ModelSpec spec, GraphValue stem, GraphValue linear)
    {
        var (channels, half) = (spec.InputChannels, spec.Stride / 2);
        var trunk = layers.Blocks("decoder.blocks", layers.Relu(stem), spec.DecoderBlocks, preActivation: false);
        var features = layers.Conv("decoder.expand", trunk, Blocks(spec.RefineChannels - (4 * channels), half));
        var linearImage = graph.PixelsOfBlocks("decoder.linear_image", graph.ChannelsLast("decoder.linear", linear), half);
        var joined = graph.Concat(
            "decoder.joined", 3, linearImage, graph.PixelsOfBlocks("decoder.features", graph.ChannelsLast("decoder.expanded", features), half));

        // The image's channels at half resolution are the pixels of 2 × 2 one after the other.
        var pixels = Blocks(channels, 2);
        int[] all = [.. pixels, .. Enumerable.Range(pixels.Length, spec.RefineChannels - pixels.Length)];
        var refined = layers.Relu(layers.Conv("decoder.refine.stem", graph.ChannelsFirst("decoder.joined.planes", joined), Enumerable.Range(0, spec.RefineChannels).ToArray(), all));
        refined = layers.Blocks("decoder.refine.blocks", refined, spec.RefineBlocks, preActivation: false);
        var correction = layers.Conv("decoder.refine.head", refined, pixels, shift: Layers.PixelShift);
        var refinedImage = graph.Add("decoder.refined_image", linearImage, graph.ChannelsLast("decoder.correction", correction));
        return graph.PixelsOfBlocks(Layers.ImageName(channels), layers.Bytes(refinedImage), 2);
    }

    /// <summary>
    /// The order of channels that <see cref="GraphBuilder.PixelsOfBlocks"/> takes, by their place in the checkpoint, which has them as PyTorch's pixel shuffle: all
    /// pixels of a block of the first channel, then those of the second.
    /// </summary>
    public static int[] Blocks(int channels, int block) =>
        [.. Enumerable.Range(0, block * block).SelectMany(pixel => Enumerable.Range(0, channels).Select(c => (c * block * block) + pixel))];

    /// <summary>The same for blocks of the image at half resolution, whose channels are blocks of 2 × 2 pixels themselves.</summary>
    public static int[] ImageBlocks(ModelSpec spec, int block)
    {
        var pixels = Blocks(spec.InputChannels, 2);
        return [.. Enumerable.Range(0, block * block).SelectMany(pixel => pixels.Select(c => (c * block * block) + pixel))];
    }
}
