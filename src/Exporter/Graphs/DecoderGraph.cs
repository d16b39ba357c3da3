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
        graph.NameAxis(height / spec.Stride, "h");
        graph.NameAxis(width / spec.Stride, "w");
        var indices = graph.Input(
            spec.Planes[0].TensorName, DataType.Int32, $"Any leading 1 to {spec.Stages} stages of the encoder's indices.",
            batch, Dim.Named("l"), height / spec.Stride, width / spec.Stride);
        var rate = graph.Input(GraphNames.Rate, DataType.Int32, "The rate point: 0, the only one of this model.", 1);

        var layers = new Layers(graph, checkpoint);
        var stages = graph.ShapeOf("stages", indices, 1, 2);
        var codes = SumOfCodes(graph, checkpoint, indices, stages, rate);
        var pixels = spec.Architecture == Architecture.Klt
            ? KltNetworks.Decoder(graph, layers, spec, codes, stages)
            : VqVaeNetworks.Decoder(layers, spec, codes);
        graph.Output(Bytes(graph, spec, pixels), "RGB images.");
        return graph.Graph;
    }

    /// <summary>The codes that the indices name, summed over the stages: <c>[N, D, h, w]</c>.</summary>
    private static GraphValue SumOfCodes(GraphBuilder graph, Checkpoint checkpoint, GraphValue indices, GraphValue stages, GraphValue rate)
    {
        var spec = checkpoint.Spec;

        // All codebooks are one table, and stage s begins at row s·K of it, so that one lookup serves any number of stages.
        var table = graph.Constant("quantizer.codes", checkpoint.Values(ModelTensors.Codebooks), spec.Stages * spec.Codes, spec.EmbeddingDim);
        int[] firstRows = [.. Enumerable.Range(0, spec.Stages).Select(stage => stage * spec.Codes)];

        // One entry for each rate point, as in the encoder.
        var offsets = graph.Gather("quantizer.rate_point", graph.Constant<int>("quantizer.first_rows", firstRows, 1, spec.Stages, 1, 1), rate);
        var used = graph.Leading("quantizer.offsets", offsets, 1, stages, indices.Shape[1]);
        var found = graph.Gather("quantizer.lookup", table, graph.Add("quantizer.rows", indices, used));
        return graph.Transpose("codes", graph.ReduceSum("codes.nhwc", found, 1), 0, 3, 1, 2);
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
