using VqVae.Models;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Graphs;

/// <summary>
/// The encoder's search in one plane: stage by stage, the code that minimises ‖r − e‖² + λ·length over the stage's dimensions, and the rest r − e goes to the
/// next stage of these dimensions.
/// </summary>
/// <remarks>
/// ‖r‖² is the same for every code, so what is compared is ‖e‖² − 2·r·e + λ·length: one matrix product with a bias, then the smallest
/// number of each row. Rows, because ONNX Runtime's ArgMin over an inner axis is several times slower.
/// </remarks>
internal sealed class CodebookSearch
{
    private readonly GraphBuilder _graph;
    private readonly PlaneCodebooks _codebooks;
    private readonly LatentLayout _layout;
    private readonly GraphValue _rate;
    private readonly GraphValue _lambda;
    private readonly string _latentName;
    private readonly string _name;

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="checkpoint">Codebooks and code lengths.</param>
    /// <param name="layout">The plane.</param>
    /// <param name="rate">The rate point, int32 <c>[1]</c>.</param>
    /// <param name="lambda">Weight of the code length in squared 8-bit units a bit, <c>[1]</c>.</param>
    public CodebookSearch(GraphBuilder graph, Checkpoint checkpoint, LatentLayout layout, GraphValue rate, GraphValue lambda)
    {
        (_graph, _layout, _rate, _lambda) = (graph, layout, rate, lambda);
        _codebooks = new PlaneCodebooks(checkpoint, layout);
        (_name, _latentName) = (GraphNames.Quantizer(layout.Plane), layout.Plane.Name.Length == 0 ? "latent" : "latent." + layout.Plane.Name);
    }

    /// <summary>Adds the search.</summary>
    /// <param name="latent">What is quantized, <c>[N, D, h, w]</c>.</param>
    /// <param name="withCodes">Whether the codes found are wanted as well.</param>
    /// <returns>
    /// The indices, int32 <c>[N, L, h, w]</c>; the vectors that were quantized, <c>[N·h·w, D]</c>; and the codes' sum <c>[N, D, h, w]</c>.
    /// </returns>
    public (GraphValue Indices, GraphValue Latents, GraphValue? Codes) Build(GraphValue latent, bool withCodes)
    {
        var (batch, height, width) = (latent.Shape[0], latent.Shape[2], latent.Shape[3]);
        var positions = Dim.Named(_layout.Plane.Name.Length == 0 ? "positions" : "positions_" + _layout.Plane.Name);
        var biases = StageBiases();
        var rows = _graph.Constant<long>(_latentName + ".rows.shape", [-1, _layout.Dimension], 2);
        var vectors = _graph.Reshape(_layout.Plane.LatentsName, _graph.Transpose(_latentName + ".nhwc", latent, 0, 2, 3, 1), rows, positions, _layout.Dimension);
        var residuals = _graph.Split(_latentName + ".groups", vectors, 1, [.. Enumerable.Range(0, _layout.Groups).Select(group => _layout.Range(group).Length)]).ToArray();
        var indicesName = _layout.Plane.Name.Length == 0 ? "indices" : "indices." + _layout.Plane.Name;
        var grid = _graph.Concat(
            indicesName + ".shape", 0,
            _graph.ShapeOf(_latentName + ".batch", latent, 0, 1), _graph.Constant<long>(indicesName + ".shape.stage", [1], 1), _graph.ShapeOf(_latentName + ".size", latent, 2, 4));

        var indices = new List<GraphValue>();
        var sums = new GraphValue?[_layout.Groups];
        for (var stage = 0; stage < _layout.Plane.Stages; stage++)
        {
            var (name, group) = ($"{_name}.{stage}", stage % _layout.Groups);
            var codebook = Codebook(name + ".codebook", stage);
            var costs = _graph.GemmTransposed(name + ".costs", residuals[group], codebook, biases[stage], alpha: -2);
            var index = _graph.ArgMinOfRows(name + ".index", costs);
            indices.Add(_graph.Reshape(name + ".indices", index, grid, batch, 1, height, width));
            var last = stage + _layout.Groups >= _layout.Plane.Stages;
            if (last && !withCodes) continue;
            var code = _graph.Gather(name + ".code", codebook, index);
            if (withCodes) sums[group] = sums[group] is { } sum ? _graph.Add(name + ".sum", sum, code) : code;
            if (!last) residuals[group] = _graph.Sub(name + ".residual", residuals[group], code);
        }

        var stacked = indices.Count == 1 ? indices[0] : _graph.Concat(indicesName + ".int64", 1, indices);
        var result = _graph.Cast(_layout.Plane.TensorName, stacked, DataType.Int32);
        return (result, vectors, withCodes ? Maps(sums, latent) : null);
    }

    /// <summary>The groups' codes <c>[positions, d]</c> as feature maps like the latent.</summary>
    private GraphValue Maps(GraphValue?[] groups, GraphValue latent)
    {
        var joined = groups.Length == 1 ? groups[0]! : _graph.Concat(_name + ".rows", 1, [.. groups.Select(g => g!)]);
        var shape = _graph.Concat(
            _name + ".codes.shape", 0,
            _graph.ShapeOf(_name + ".codes.batch", latent, 0, 1), _graph.ShapeOf(_name + ".codes.size", latent, 2, 4), _graph.Constant<long>(_name + ".codes.dimension", [_layout.Dimension], 1));
        var grid = _graph.Reshape(_name + ".codes.nhwc", joined, shape, latent.Shape[0], latent.Shape[2], latent.Shape[3], _layout.Dimension);
        return _graph.Transpose(_name + ".codes", grid, 0, 3, 1, 2);
    }

    /// <summary>A stage's codes at the rate point in the stage's own dimensions, <c>[K, d]</c>.</summary>
    private GraphValue Codebook(string name, int stage)
    {
        var (codes, length) = (_layout.Plane.Codes, _layout.Range(stage).Length);
        if (_codebooks.RatePoints == 1) return _graph.Constant(name, _codebooks.Stage(0, stage), codes, length);
        float[] all = [.. Enumerable.Range(0, _codebooks.RatePoints).SelectMany(rate => _codebooks.Stage(rate, stage))];
        var found = _graph.Gather(name + ".rate_point", _graph.Constant<float>(name + "s", all, _codebooks.RatePoints, codes * length), _rate);
        return _graph.Reshape(name, found, _graph.Constant<long>(name + ".shape", [codes, length], 2), codes, length);
    }

    /// <summary>For each stage ‖e‖² + λ'·length of its codes, <c>[1, K]</c>; λ' is λ in the latent's units.</summary>
    private IReadOnlyList<GraphValue> StageBiases()
    {
        var (rates, columns) = (_codebooks.RatePoints, _layout.Plane.Stages * _layout.Plane.Codes);

        // One row for each rate point: a rate that the model does not have is an index out of range, an error when the graph runs.
        var squaredNorms = _graph.Constant<float>(_name + ".squared_norms", _codebooks.SquaredNorms(), rates, columns);
        var distances = _graph.Gather(_name + ".rate_point", squaredNorms, _rate);

        // The latent has the scale of pixels in [−1, 1]. At λ = 0 this adds exactly nothing.
        var lengths = _graph.Constant<float>(_name + ".scaled_lengths", _codebooks.ScaledLengths(), rates, columns);
        if (rates > 1) lengths = _graph.Gather(_name + ".rate_point_lengths", lengths, _rate);
        var costs = _graph.Add(_name + ".bias", distances, _graph.Mul(_name + ".rate_cost", _lambda, lengths));
        return _graph.Split(_name + ".biases", costs, 1, _layout.Plane.Stages);
    }
}
