using System.Globalization;
using VqVae.Exporter.Onnx;

namespace VqVae.Benchmarks;

/// <summary>What the nodes of a graph do: which arithmetic and how much of it, or none.</summary>
internal sealed class Kernels
{
    /// <summary>Operators that put numbers elsewhere, or into another format, and compute nothing.</summary>
    private static readonly HashSet<string> Movements =
    [
        "ReorderInput", "ReorderOutput", "Transpose", "DepthToSpace", "SpaceToDepth", "Concat", "Split", "Gather", "Slice", "Reshape", "Squeeze", "Unsqueeze", "Expand", "Pad", "Cast",
        "QuantizeLinear", "DequantizeLinear", "Identity", "Shape",
    ];

    private readonly Dictionary<string, long[]> _weights = new(StringComparer.Ordinal);

    /// <param name="graph">The graph as it is in its file: what ONNX Runtime makes of it may have channels added to fill vectors.</param>
    public Kernels(byte[] graph)
    {
        var proto = ModelProto.Parser.ParseFrom(graph).Graph;
        var constants = proto.Initializer.ToDictionary(t => t.Name, t => t.Dims.ToArray());
        var producers = proto.Node.Where(n => n.OpType == "DequantizeLinear").ToDictionary(n => n.Output[0], n => n.Input[0]);
        foreach (var node in proto.Node.Where(n => n.OpType.EndsWith("Conv", StringComparison.Ordinal) || n.OpType == "ConvTranspose"))
        {
            var weight = node.Input[WeightInput(node.OpType)];
            if (constants.TryGetValue(producers.GetValueOrDefault(weight, weight), out var shape)) _weights[node.Name] = shape;
        }
    }

    /// <summary>What convolutions of a kernel's side are called.</summary>
    public static string ConvolutionName(long kernel, bool int8) => string.Create(CultureInfo.InvariantCulture, $"{kernel}×{kernel} convolution{(int8 ? " int8" : "")}");

    /// <summary>Whether a node computes nothing.</summary>
    public static bool IsMovement(ProfiledNode node) => Movements.Contains(node.Op);

    /// <summary>A node's arithmetic: its name, the peak that it is measured by, and its multiplications with additions; <c>null</c> where it has none to speak of.</summary>
    public (string Name, string Peak, double Products)? Arithmetic(ProfiledNode node)
    {
        switch (node.Op)
        {
            case "Conv" or "FusedConv" or "QLinearConv":
                {
                    var isInt8 = node.Op == "QLinearConv";
                    var computed = node.Inputs[WeightInput(node.Op)];
                    var positions = Count(node.Outputs[0]) / computed[0];
                    var shape = Weights(node, computed);
                    return (ConvolutionName(shape[2], isInt8), ConvolutionName(shape[2] == 1 ? 1 : 3, isInt8), (double)positions * Count(shape));
                }

            case "ConvTranspose":
                {
                    var shape = Weights(node, node.Inputs[1]);
                    return ("transposed convolution", ConvolutionName(1, int8: false), (double)Count(node.Inputs[0]) / shape[0] * Count(shape));
                }

            case "Gemm" or "FusedGemm" or "MatMul" or "FusedMatMul":
                return ("matrix product", ConvolutionName(1, int8: false), (double)Count(node.Outputs[0]) * node.Inputs[0][^1]);
            default:
                return null;
        }
    }

    private static int WeightInput(string op) => op == "QLinearConv" ? 3 : 1;

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, n) => product * n);

    /// <summary>The shape of a node's weights in the file: fused and replaced nodes have its name and something behind it.</summary>
    private long[] Weights(ProfiledNode node, long[] otherwise) =>
        _weights.Where(w => node.Name.StartsWith(w.Key, StringComparison.Ordinal)).MaxBy(w => w.Key.Length).Value ?? otherwise;
}
