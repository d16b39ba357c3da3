using VqVae.Exporter.Onnx;
using DataType = VqVae.Exporter.Onnx.TensorProto.Types.DataType;

namespace VqVae.Exporter.Graphs;

/// <content>
/// The operators that the models use, each with the shape that it gives. They are ONNX's own of <see cref="OnnxModel.Opset"/>; what an
/// operator does is at https://onnx.ai/onnx/operators.
/// </content>
internal sealed partial class GraphBuilder
{
    public GraphValue Cast(string name, GraphValue x, DataType type) =>
        Node(name, "Cast", type, x.Shape, [x], Attribute("to", (long)type));

    public GraphValue Add(string name, GraphValue a, GraphValue b) => Elementwise(name, "Add", a, b);

    public GraphValue Sub(string name, GraphValue a, GraphValue b) => Elementwise(name, "Sub", a, b);

    public GraphValue Mul(string name, GraphValue a, GraphValue b) => Elementwise(name, "Mul", a, b);

    public GraphValue Div(string name, GraphValue a, GraphValue b) => Elementwise(name, "Div", a, b);

    public GraphValue Tanh(string name, GraphValue x) => Node(name, "Tanh", x.Type, x.Shape, [x]);

    public GraphValue Relu(string name, GraphValue x) => Node(name, "Relu", x.Type, x.Shape, [x]);

    /// <summary>The quantizer <c>saturate(round(x / scale))</c>, round half to even, to uint8 with zero point 0.</summary>
    public GraphValue QuantizeLinear(string name, GraphValue x, GraphValue scale, GraphValue zeroPoint) =>
        Node(name, "QuantizeLinear", zeroPoint.Type, x.Shape, [x, scale, zeroPoint]);

    public GraphValue Transpose(string name, GraphValue x, params int[] order) =>
        Node(name, "Transpose", x.Type, [.. order.Select(axis => x.Shape[axis])], [x], IntegerList("perm", [.. order.Select(axis => (long)axis)]));

    /// <summary>Reshapes to a shape that a tensor holds.</summary>
    /// <param name="name">Name of node and value.</param>
    /// <param name="x">What to reshape.</param>
    /// <param name="target">The shape, int64; 0 keeps an axis, −1 is what is left.</param>
    /// <param name="shape">What the result's shape is.</param>
    public GraphValue Reshape(string name, GraphValue x, GraphValue target, params Dim[] shape) =>
        Node(name, "Reshape", x.Type, shape, [x, target]);

    /// <summary>A 2-D convolution whose padding keeps <c>output = input / stride</c>.</summary>
    /// <param name="name">Name of node and value.</param>
    /// <param name="x">The input, <c>[N, in, H, W]</c>.</param>
    /// <param name="weight">The weights, <c>[out, in, k, k]</c>, where k − stride is even.</param>
    /// <param name="bias">One number for each output channel, or <c>null</c>.</param>
    /// <param name="stride">Step of the kernel.</param>
    public GraphValue Conv(string name, GraphValue x, GraphValue weight, GraphValue? bias, int stride = 1)
    {
        var shape = new[] { x.Shape[0], weight.Shape[0], x.Shape[2] / stride, x.Shape[3] / stride };
        return Node(name, "Conv", x.Type, shape, bias is null ? [x, weight] : [x, weight, bias], Window(weight, stride));
    }

    /// <summary>A 2-D transposed convolution whose padding keeps <c>output = input · stride</c>; weights are <c>[in, out, k, k]</c>.</summary>
    public GraphValue ConvTranspose(string name, GraphValue x, GraphValue weight, GraphValue bias, int stride)
    {
        var shape = new[] { x.Shape[0], weight.Shape[1], x.Shape[2] * stride, x.Shape[3] * stride };
        return Node(name, "ConvTranspose", x.Type, shape, [x, weight, bias], Window(weight, stride));
    }

    /// <summary><c>alpha · a · bᵀ + c</c> for <c>a</c> <c>[M, D]</c>, <c>b</c> <c>[K, D]</c> and <c>c</c> <c>[1, K]</c>.</summary>
    public GraphValue GemmTransposed(string name, GraphValue a, GraphValue b, GraphValue c, float alpha) =>
        Node(name, "Gemm", a.Type, [a.Shape[0], b.Shape[0]], [a, b, c], Attribute("alpha", alpha), Attribute("transB", 1));

    /// <summary>The position of the smallest number of each row of a matrix, the first where several are equal.</summary>
    public GraphValue ArgMinOfRows(string name, GraphValue x) =>
        Node(name, "ArgMin", DataType.Int64, [x.Shape[0]], [x], Attribute("axis", 1), Attribute("keepdims", 0), Attribute("select_last_index", 0));

    /// <summary>Takes the entries of <paramref name="table"/>'s first axis that <paramref name="indices"/> name.</summary>
    public GraphValue Gather(string name, GraphValue table, GraphValue indices) =>
        Node(name, "Gather", table.Type, [.. indices.Shape, .. table.Shape.Skip(1)], [table, indices], Attribute("axis", 0));

    public GraphValue Concat(string name, int axis, params IReadOnlyList<GraphValue> parts)
    {
        var shape = parts[0].Shape.ToArray();
        shape[axis] = parts.Sum(p => p.Shape[axis].Size);
        return Node(name, "Concat", parts[0].Type, shape, parts, Attribute("axis", axis));
    }

    /// <summary>Cuts an axis into equal parts, named <c>NAME.0</c>, <c>NAME.1</c>, …</summary>
    public IReadOnlyList<GraphValue> Split(string name, GraphValue x, int axis, int parts) =>
        Split(name, x, axis, [.. Enumerable.Repeat((int)(x.Shape[axis] / parts).Size, parts)]);

    /// <summary>Cuts an axis into parts of these sizes, named <c>NAME.0</c>, <c>NAME.1</c>, …</summary>
    public IReadOnlyList<GraphValue> Split(string name, GraphValue x, int axis, IReadOnlyList<int> parts)
    {
        if (parts.Count == 1) return [x];
        var sizes = Constant<long>(name + ".sizes", [.. parts.Select(p => (long)p)], parts.Count);
        var node = NewNode(name, "Split", [x, sizes], Attribute("axis", axis));
        return [.. parts.Select((part, i) => AddOutput(node, $"{name}.{i}", x.Type, [.. x.Shape.Select((size, a) => a == axis ? part : size)]))];
    }

    /// <summary>The sizes of the axes from <paramref name="start"/> up to, not including, <paramref name="end"/>, as int64.</summary>
    public GraphValue ShapeOf(string name, GraphValue x, int start, int end) =>
        Node(name, "Shape", DataType.Int64, [end - start], [x], Attribute("start", start), Attribute("end", end));

    /// <summary>The leading entries of an axis.</summary>
    /// <param name="name">Name of node and value; the constants of starts and axes are named after it.</param>
    /// <param name="x">What to take from.</param>
    /// <param name="axis">Along which axis.</param>
    /// <param name="count">How many, int64 <c>[1]</c>.</param>
    /// <param name="size">What <paramref name="count"/> is.</param>
    public GraphValue Leading(string name, GraphValue x, int axis, GraphValue count, Dim size)
    {
        var shape = x.Shape.ToArray();
        shape[axis] = size;
        var start = Constant<long>(name + ".start", [0], 1);
        var axes = Constant<long>(name + ".axis", [axis], 1);
        return Node(name, "Slice", x.Type, shape, [x, start, count, axes]);
    }

    /// <summary>The sum over one axis, which is then gone.</summary>
    public GraphValue ReduceSum(string name, GraphValue x, int axis)
    {
        var axes = Constant<long>(name + ".axis", [axis], 1);
        return Node(name, "ReduceSum", x.Type, [.. x.Shape.Where((_, i) => i != axis)], [x, axes], Attribute("keepdims", 0));
    }

    /// <summary>Moves blocks of channels to pixels: <c>[N, C·b², H, W]</c> to <c>[N, C, H·b, W·b]</c>, as PyTorch's pixel shuffle does.</summary>
    public GraphValue DepthToSpace(string name, GraphValue x, int block)
    {
        var shape = new[] { x.Shape[0], x.Shape[1] / (block * block), x.Shape[2] * block, x.Shape[3] * block };
        return Node(name, "DepthToSpace", x.Type, shape, [x], Attribute("blocksize", block), Attribute("mode", "CRD"));
    }

    /// <summary>Applies an operator to two tensors, one of which may have fewer axes or axes of size 1.</summary>
    private GraphValue Elementwise(string name, string op, GraphValue a, GraphValue b)
    {
        var (wide, narrow) = a.Shape.Count >= b.Shape.Count ? (a.Shape, b.Shape) : (b.Shape, a.Shape);
        var shape = wide.ToArray();
        for (var i = 1; i <= narrow.Count; i++)
        {
            var (from, other) = (shape[^i], narrow[^i]);
            if (from == other || other == 1) continue;
            shape[^i] = from == 1 ? other : throw new ArgumentException($"{name}: {from} and {other} do not fit");
        }

        return Node(name, op, a.Type, shape, [a, b]);
    }

    private static AttributeProto[] Window(GraphValue weight, int stride)
    {
        var kernel = weight.Shape[^1].Size;
        var padding = Math.DivRem(kernel - stride, 2, out var odd);
        if (odd != 0 || padding < 0) throw new ArgumentException($"a kernel of {kernel} with stride {stride} does not keep sizes multiples");
        return
        [
            IntegerList("kernel_shape", kernel, kernel),
            IntegerList("pads", padding, padding, padding, padding),
            IntegerList("strides", stride, stride),
        ];
    }
}
