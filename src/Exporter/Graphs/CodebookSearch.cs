using VqVae.Models;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Graphs;

/// <summary>
/// The encoder's search: stage by stage, the code that minimises ‖r − e‖² + λ·length, and the rest r − e goes to the next stage.
/// </summary>
/// <remarks>
/// ‖r‖² is the same for every code, so what is compared is ‖e‖² − 2·r·e + λ·length: one matrix product with a bias, then the smallest
/// number of each row. Rows, because ONNX Runtime's ArgMin over an inner axis is several times slower.
/// </remarks>
internal static class CodebookSearch
{
    /// <summary>Adds the search.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="checkpoint">Codebooks and code lengths.</param>
    /// <param name="latent">The encoder network's output, <c>[N, D, h, w]</c>.</param>
    /// <param name="rate">The rate point, int32 <c>[1]</c>.</param>
    /// <param name="lambda">Weight of the code length in squared 8-bit units a bit, <c>[1]</c>.</param>
    /// <returns>The indices, int32 <c>[N, L, h, w]</c>.</returns>
    public static GraphValue Build(GraphBuilder graph, Checkpoint checkpoint, GraphValue latent, GraphValue rate, GraphValue lambda)
    {
        var spec = checkpoint.Spec;
        var (batch, height, width) = (latent.Shape[0], latent.Shape[2], latent.Shape[3]);
        var positions = Dim.Named("positions");
        var biases = StageBiases(graph, checkpoint, rate, lambda);

        var rows = graph.Constant<long>("latent.rows.shape", [-1, spec.EmbeddingDim], 2);
        var residual = graph.Reshape("latent.rows", graph.Transpose("latent.nhwc", latent, 0, 2, 3, 1), rows, positions, spec.EmbeddingDim);
        var grid = graph.Concat(
            "indices.shape", 0,
            graph.ShapeOf("latent.batch", latent, 0, 1), graph.Constant<long>("indices.shape.stage", [1], 1), graph.ShapeOf("latent.size", latent, 2, 4));

        var indices = new List<GraphValue>();
        for (var stage = 0; stage < spec.Stages; stage++)
        {
            var name = $"quantizer.{stage}";
            var codebook = graph.Constant(name + ".codebook", Codebook(checkpoint, stage), spec.Codes, spec.EmbeddingDim);
            var costs = graph.GemmTransposed(name + ".costs", residual, codebook, biases[stage], alpha: -2);
            var index = graph.ArgMinOfRows(name + ".index", costs);
            indices.Add(graph.Reshape(name + ".indices", index, grid, batch, 1, height, width));
            if (stage == spec.Stages - 1) break;
            residual = graph.Sub(name + ".residual", residual, graph.Gather(name + ".code", codebook, index));
        }

        var stacked = indices.Count == 1 ? indices[0] : graph.Concat("indices.int64", 1, indices);
        return graph.Cast(spec.Planes[0].TensorName, stacked, DataType.Int32);
    }

    /// <summary>For each stage ‖e‖² + λ'·length of its codes, <c>[1, K]</c>; λ' is λ in the latent's units.</summary>
    private static IReadOnlyList<GraphValue> StageBiases(GraphBuilder graph, Checkpoint checkpoint, GraphValue rate, GraphValue lambda)
    {
        var spec = checkpoint.Spec;
        var columns = spec.Stages * spec.Codes;

        // One row for each rate point: a rate that the model does not have is an index out of range, an error when the graph runs.
        var squaredNorms = graph.Constant("quantizer.squared_norms", SquaredNorms(checkpoint), 1, columns);
        var distances = graph.Gather("quantizer.rate_point", squaredNorms, rate);

        // The latent has the scale of pixels in [−1, 1]. At λ = 0 this adds exactly nothing.
        var lengths = graph.Constant("quantizer.scaled_lengths", ScaledLengths(checkpoint), 1, columns);
        var costs = graph.Add("quantizer.bias", distances, graph.Mul("quantizer.rate_cost", lambda, lengths));
        return graph.Split("quantizer.biases", costs, 1, spec.Stages);
    }

    private static ReadOnlySpan<float> Codebook(Checkpoint checkpoint, int stage)
    {
        var size = checkpoint.Spec.Codes * checkpoint.Spec.EmbeddingDim;
        return checkpoint.Values(ModelTensors.Codebooks).Slice(stage * size, size);
    }

    /// <summary>Summed in double precision: the distances are small differences of these and the products.</summary>
    private static ReadOnlySpan<float> SquaredNorms(Checkpoint checkpoint)
    {
        var dim = checkpoint.Spec.EmbeddingDim;
        var codes = checkpoint.Values(ModelTensors.Codebooks);
        var norms = new float[codes.Length / dim];
        for (var k = 0; k < norms.Length; k++)
        {
            double sum = 0;
            foreach (var value in codes.Slice(k * dim, dim)) sum += (double)value * value;
            norms[k] = (float)sum;
        }

        return norms;
    }

    private static ReadOnlySpan<float> ScaledLengths(Checkpoint checkpoint)
    {
        const double unit = (double)ModelSpec.PixelScale * ModelSpec.PixelScale;
        var lengths = checkpoint.Values(ModelTensors.CodeLengths).ToArray();
        for (var k = 0; k < lengths.Length; k++) lengths[k] = (float)(lengths[k] / unit);
        return lengths;
    }
}
