using VqVae.Exporter.Onnx;
using VqVae.Models;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Graphs;

/// <summary>
/// The encoder: <c>image</c> uint8 <c>[N, H, W, 3]</c>, <c>rate</c> int32 <c>[1]</c> and <c>lambda</c> float32 <c>[1]</c> to
/// <c>indices</c> int32 <c>[N, L, h, w]</c>.
/// </summary>
internal static class EncoderGraph
{
    /// <summary>Builds the graph.</summary>
    public static GraphProto Build(Checkpoint checkpoint)
    {
        var spec = checkpoint.Spec;
        var (batch, height, width) = (Dim.Named("N"), Dim.Named("H"), Dim.Named("W"));
        var graph = new GraphBuilder("encoder", "Image to codebook indices: pixel scaling, network and residual nearest-code search.");
        graph.NameAxis(height / spec.Stride, "h");
        graph.NameAxis(width / spec.Stride, "w");
        var image = graph.Input(GraphNames.Image, DataType.Uint8, $"RGB images; height and width are multiples of {spec.LargestStride}.", batch, height, width, 3);
        var rate = graph.Input(GraphNames.Rate, DataType.Int32, "The rate point: 0, the only one of this model.", 1);
        var lambda = graph.Input(GraphNames.Lambda, DataType.Float, "Weight of the code length in the search, in squared 8-bit units a bit; 0 for the nearest code.", 1);

        var layers = new Layers(graph, checkpoint);
        var x = ScaledPixels(graph, spec, image);
        var latent = spec.Architecture == Architecture.Klt
            ? KltNetworks.Encoder(graph, layers, spec, x)
            : VqVaeNetworks.Encoder(layers, spec, x);
        var indices = CodebookSearch.Build(graph, checkpoint, latent, rate, lambda);
        graph.Output(indices, $"One index below {spec.Codes} for each stage and position, coarsest stage first; one position is {spec.Stride} by {spec.Stride} pixels.");
        return graph.Graph;
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
