using VqVae.Exporter.Onnx;
using VqVae.Models;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Graphs;

/// <summary>
/// The encoder: <c>image</c> uint8 <c>[N, H, W, 3]</c>, <c>rate</c> int32 <c>[1]</c> and <c>lambda</c> float32 <c>[1]</c> to
/// <c>indices</c> int32 <c>[N, L, h, w]</c> and <c>latents</c> float32 <c>[N·h·w, D]</c>.
/// </summary>
internal static class EncoderGraph
{
    /// <summary>Builds the graph.</summary>
    public static GraphProto Build(Checkpoint checkpoint)
    {
        var spec = checkpoint.Spec;
        var (batch, height, width) = (Dim.Named("N"), Dim.Named("H"), Dim.Named("W"));
        var graph = new GraphBuilder("encoder", "Image to codebook indices: pixel scaling, network and the search for codes, stage by stage.");
        graph.NamePlaneAxes(spec, height, width);
        var image = graph.Input(GraphNames.Image, DataType.Uint8, $"RGB images; height and width are multiples of {spec.LargestStride}.", batch, height, width, 3);
        var rate = graph.Input(GraphNames.Rate, DataType.Int32, GraphBuilder.RateDocumentation(spec), 1);
        var lambda = graph.Input(GraphNames.Lambda, DataType.Float, "Weight of the code length in the search, in squared 8-bit units a bit; 0 for the nearest code.", 1);

        var layers = new Layers(graph, checkpoint);
        var x = ScaledPixels(graph, spec, image);
        switch (spec.Architecture)
        {
            case Architecture.Klt:
                Quantize(0, KltNetworks.Encoder(graph, layers, spec, x, rate));
                break;
            case Architecture.VqVae2:
                VqVae2Networks.Encoder(graph, layers, spec, x, Quantize);
                break;
            case Architecture.LumaChroma:
                var (luma, chroma) = LumaChromaNetworks.Encoder(graph, layers, spec, x, rate);
                Quantize(0, luma);
                Quantize(1, chroma);
                break;
            default:
                Quantize(0, VqVaeNetworks.Encoder(layers, spec, x));
                break;
        }

        return graph.Graph;

        // Only VQ-VAE-2's top plane is looked at again: by the bottom's encoder.
        GraphValue? Quantize(int plane, GraphValue latent)
        {
            var layout = spec.Latents[plane];
            if (spec.FsqLevels is { } levels) latent = Bound(graph, layout, latent, levels);
            var search = new CodebookSearch(graph, checkpoint, layout, rate, lambda);
            var (indices, latents, codes) = search.Build(latent, withCodes: spec.Architecture == Architecture.VqVae2 && plane == 0);
            graph.Output(indices, $"One index below {layout.Plane.Codes} for each stage and position, coarsest stage first; one position is {layout.Plane.Stride} by {layout.Plane.Stride} pixels.");

            // VQ-VAE-2's bottom depends on the codes that were chosen above it: its planes cannot be searched anew from latents alone.
            if (spec.Architecture != Architecture.VqVae2)
                graph.Output(latents, "What is quantized, a row of numbers a position in the order of the indices: for searches other than the graph's own.");
            return codes;
        }
    }

    /// <summary>Finite scalar quantization's bound; the grid's nearest point is then what the search for codes finds.</summary>
    private static GraphValue Bound(GraphBuilder graph, LatentLayout layout, GraphValue latent, IReadOnlyList<int> levels)
    {
        var name = layout.Plane.Name.Length == 0 ? "latent.bound" : $"latent.{layout.Plane.Name}.bound";
        FsqDimension[] dimensions = [.. levels.Select(FsqDimension.Of)];
        var shifted = graph.Tanh(name + ".tanh", graph.Add(name + ".shifted", latent, Row("shift", d => d.Shift)));
        return graph.Sub(name, graph.Mul(name + ".scaled", shifted, Row("scale", d => d.Scale)), Row("offset", d => d.Offset));

        GraphValue Row(string what, Func<FsqDimension, float> value) => graph.Constant<float>($"{name}.{what}", [.. dimensions.Select(value)], 1, dimensions.Length, 1, 1);
    }

    /// <summary>Bytes <c>[N, H, W, 3]</c> to the networks' <c>[N, C, H, W]</c> in [−1, 1].</summary>
    private static GraphValue ScaledPixels(GraphBuilder graph, ModelSpec spec, GraphValue image)
    {
        // The transpose runs on bytes: a quarter of the memory traffic of the same after the cast.
        var planes = graph.Cast("image.float", graph.Transpose("image.planes", image, 0, 3, 1, 2), DataType.Float);
        var scale = graph.Constant<float>("image.scale", [ModelSpec.PixelScale]);
        var one = graph.Constant<float>("image.one", [1]);
        var scaled = graph.Sub("image.scaled", graph.Div("image.unit", planes, scale), one);
        if (spec.InputChannels == 3) return scaled;

        // ITU-R BT.601 luma; the weights sum to 1, so the scale stays.
        return graph.Conv("image.luma", scaled, graph.Constant<float>("image.luma.weight", [0.299f, 0.587f, 0.114f], 1, 3, 1, 1), bias: null);
    }
}
