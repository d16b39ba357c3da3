using VqVae.Exporter.Onnx;
using VqVae.Models;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Graphs;

/// <summary>
/// The decoder: <c>indices</c> int32 <c>[N, l, h, w]</c>, any leading 1 ≤ l ≤ L stages, and <c>rate</c> int32 <c>[1]</c> to <c>image</c>
/// uint8 <c>[N, H, W, 3]</c>.
/// </summary>
/// <remarks>
/// An index must be at least 0 and below the number of codes. The graph does not check that: one outside names a code of another stage, or none.
/// </remarks>
internal static class DecoderGraph
{
    /// <summary>Builds the graph.</summary>
    public static GraphProto Build(Checkpoint checkpoint)
    {
        var spec = checkpoint.Spec;
        var (batch, height, width) = (Dim.Named("N"), Dim.Named("H"), Dim.Named("W"));
        var graph = new GraphBuilder("decoder", "Codebook indices to image: sum of the stages' codes, network, rounding to bytes.");
        graph.NamePlaneAxes(spec, height, width);
        GraphValue[] indices = [.. spec.Planes.Select(plane => graph.Input(
            plane.TensorName, DataType.Int32, $"Any leading 1 to {plane.Stages} stages of the encoder's indices.",
            batch, Dim.Named(plane.Name.Length == 0 ? "l" : "l_" + plane.Name), height / plane.Stride, width / plane.Stride))];
        var rate = graph.Input(GraphNames.Rate, DataType.Int32, GraphBuilder.RateDocumentation(spec), 1);

        var layers = new Layers(graph, checkpoint);
        GraphValue[] stages = [.. spec.Planes.Select((plane, p) => graph.ShapeOf(plane.Name.Length == 0 ? "stages" : "stages." + plane.Name, indices[p], 1, 2))];
        GraphValue[] codes = [.. spec.Latents.Select((layout, p) => SumOfCodes(graph, checkpoint, layout, indices[p], stages[p], rate))];
        var pixels = spec.Architecture switch
        {
            Architecture.Klt => KltNetworks.Decoder(graph, layers, spec, codes[0], stages[0], rate),
            Architecture.VqVae2 => VqVae2Networks.Decoder(graph, layers, spec, codes),
            Architecture.LumaChroma => LumaChromaNetworks.Decoder(graph, layers, spec, codes, stages, rate),
            _ => VqVaeNetworks.Decoder(layers, spec, codes[0]),
        };
        graph.Output(Bytes(graph, spec, pixels), "RGB images.");
        return graph.Graph;
    }

    /// <summary>The codes that a plane's indices name, summed over the stages: <c>[N, D, h, w]</c>.</summary>
    private static GraphValue SumOfCodes(GraphBuilder graph, Checkpoint checkpoint, LatentLayout layout, GraphValue indices, GraphValue stages, GraphValue rate)
    {
        var (name, codesName) = layout.Plane.Name.Length == 0 ? ("quantizer", "codes") : ("quantizer." + layout.Plane.Name, "codes." + layout.Plane.Name);
        var (rates, count, codes) = (checkpoint.Spec.RatePoints, layout.Plane.Stages, layout.Plane.Codes);

        // All codebooks are one table, and stage s of rate point r begins at row (r·L + s)·K of it, so that one lookup serves any number of stages.
        var table = graph.Constant(name + ".codes", checkpoint.Values(layout.CodebooksName), rates * count * codes, layout.Dimension);
        int[] firstRows = [.. Enumerable.Range(0, rates * count).Select(stage => stage * codes)];

        // One entry for each rate point, as in the encoder.
        var offsets = graph.Gather(name + ".rate_point", graph.Constant<int>(name + ".first_rows", firstRows, rates, count, 1, 1), rate);
        var used = graph.Leading(name + ".offsets", offsets, 1, stages, indices.Shape[1]);
        var found = graph.Gather(name + ".lookup", table, graph.Add(name + ".rows", indices, used));
        return graph.Transpose(codesName, graph.ReduceSum(codesName + ".nhwc", found, 1), 0, 3, 1, 2);
    }

    /// <summary>The network's output <c>[N, C, H, W]</c> in [−1, 1] to bytes <c>[N, H, W, 3]</c>.</summary>
    private static GraphValue Bytes(GraphBuilder graph, ModelSpec spec, GraphValue pixels)
    {
        var shifted = graph.Add("pixels.shifted", pixels, graph.Constant<float>("pixels.one", [1]));
        var scaled = graph.Mul("pixels.scaled", shifted, graph.Constant<float>("pixels.scale", [ModelSpec.PixelScale]));

        // Rounds half to even and saturates to a byte in one pass.
        var bytes = graph.QuantizeLinear("pixels.bytes", scaled, graph.Constant<float>("pixels.step", [1]), graph.Constant<byte>("pixels.zero", [0]));
        if (spec.InputChannels == 1) bytes = graph.Concat("pixels.grey", 1, bytes, bytes, bytes);
        return graph.Transpose(GraphNames.Image, bytes, 0, 2, 3, 1);
    }
}
