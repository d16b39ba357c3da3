using VqVae.Exporter.Onnx;
using VqVae.Models;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Graphs;

/// <summary>
/// The decoder: <c>indices</c> int32 <c>[N, l, h, w]</c>, any leading 1 ≤ l ≤ L stages, and <c>rate</c> int32 <c>[1]</c> to <c>image</c>
/// uint8 <c>[N, H, W, 3]</c>.
/// </summary>
/// <remarks>
/// An index must be at least 0 and below the number of codes. The graph does not check that: one outside names a code of another rate point, or none.
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
        GraphValue[] codes = [.. spec.Latents.Select((layout, p) => SumOfCodes(graph, checkpoint, layout, indices[p], rate))];
        var image = spec.Architecture switch
        {
            Architecture.Klt => KltNetworks.Decoder(graph, layers, spec, codes[0], Stages(graph, spec.Planes[0]), rate),
            Architecture.VqVae2 => Image(graph, layers, VqVae2Networks.Decoder(graph, layers, spec, codes)),
            Architecture.LumaChroma => LumaChromaNetworks.Decoder(graph, layers, spec, codes, [.. spec.Planes.Select(plane => Stages(graph, plane))], rate),
            _ => Image(graph, layers, VqVaeNetworks.Decoder(layers, spec, codes[0])),
        };
        if (spec.InputChannels == 1) image = graph.Concat(GraphNames.Image, 3, image, image, image);
        graph.Output(image, "RGB images.");
        return graph.Graph;
    }

    /// <summary>The codes that a plane's indices name, summed over the stages: <c>[N, D, h, w]</c>.</summary>
    private static GraphValue SumOfCodes(GraphBuilder graph, Checkpoint checkpoint, LatentLayout layout, GraphValue indices, GraphValue rate)
    {
        var (name, codesName) = layout.Plane.Name.Length == 0 ? ("quantizer", "codes") : ("quantizer." + layout.Plane.Name, "codes." + layout.Plane.Name);
        var (rates, count, codes) = (checkpoint.Spec.RatePoints, layout.Plane.Stages, layout.Plane.Codes);

        // A stage's table has the codes of all rate points in the stage's own dimensions, and a row of zeros that stands for a stage that is not there.
        int[] firstRows = [.. Enumerable.Range(0, rates).Select(r => r * codes)];
        var offset = graph.Gather(name + ".rate_point", graph.Constant<int>(name + ".first_rows", firstRows, rates), rate);
        var rows = graph.Add(name + ".rows", indices, offset);
        if (count > 1)
        {
            var missing = graph.Sub(name + ".missing", graph.Constant<long>(name + ".stages", [count], 1), Stages(graph, layout.Plane));
            rows = graph.Pad(name + ".padded_rows", rows, 1, missing, graph.Constant<int>(name + ".zero_row", [rates * codes]), count);
        }

        var books = new PlaneCodebooks(checkpoint, layout);
        var sums = new GraphValue?[layout.Groups];
        foreach (var (stage, own) in graph.Split(name + ".stage_rows", rows, 1, count).Index())
        {
            var (group, length) = (stage % layout.Groups, layout.Range(stage).Length);
            float[] table = [.. Enumerable.Range(0, rates).SelectMany(r => books.Stage(r, stage)), .. new float[length]];
            var found = graph.Gather($"{name}.{stage}.code", graph.Constant<float>($"{name}.{stage}.table", table, (rates * codes) + 1, length), own);
            sums[group] = sums[group] is { } sum ? graph.Add($"{name}.{stage}.sum", sum, found) : found;
        }

        var joined = sums.Length == 1 ? sums[0]! : graph.Concat(name + ".sum", 4, [.. sums.Select(s => s!)]);
        return graph.ChannelsFirst(codesName, graph.Squeeze(codesName + ".nhwc", joined, 1));
    }

    /// <summary>How many stages a plane's indices have, int64 <c>[1]</c>.</summary>
    private static GraphValue Stages(GraphBuilder graph, LatentPlane plane)
    {
        var name = plane.Name.Length == 0 ? "stages" : "stages." + plane.Name;
        return graph.Has(name) ? graph[name] : graph.ShapeOf(name, graph[plane.TensorName], 1, 2);
    }

    /// <summary>A network's output <c>[N, C, H, W]</c> to bytes <c>[N, H, W, C]</c>.</summary>
    private static GraphValue Image(GraphBuilder graph, Layers layers, GraphValue pixels) => graph.ChannelsLast(Layers.ImageName(pixels.Shape[1]), layers.Bytes(pixels));
}
