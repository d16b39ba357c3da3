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

    /// <summary>The quantizer <c>saturate(round(x / scale) + zeroPoint)</c>, round half to even, to the zero point's type.</summary>
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

    /// <summary>Drops an axis of size 1.</summary>
    public GraphValue Squeeze(string name, GraphValue x, int axis) =>
        Node(name, "Squeeze", x.Type, [.. x.Shape.Where((_, i) => i != axis)], [x, Constant<long>(name + ".axis", [axis], 1)]);

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

    /// <summary>Lengthens an axis at its end.</summary>
    /// <param name="name">Name of node and value; the constants are named after it.</param>
    /// <param name="x">What to lengthen, with four axes.</param>
    /// <param name="axis">Which axis.</param>
    /// <param name="count">By how much, int64 <c>[1]</c>.</param>
    /// <param name="value">What is added, a scalar.</param>
    /// <param name="size">The axis' size then.</param>
    public GraphValue Pad(string name, GraphValue x, int axis, GraphValue count, GraphValue value, Dim size)
    {
        var shape = x.Shape.ToArray();
        shape[axis] = size;
        var before = Constant<long>(name + ".before", new long[4 + axis], 4 + axis);
        GraphValue[] parts = axis == 3 ? [before, count] : [before, count, Constant<long>(name + ".after", new long[3 - axis], 3 - axis)];
        return Node(name, "Pad", x.Type, shape, [x, Concat(name + ".amounts", 0, parts), value]);
    }

    /// <summary>
    /// Moves blocks of channels to pixels: <c>[N, H, W, b·b·C]</c> to <c>[N, H·b, W·b, C]</c>, a row of each block after the other, so that whole rows are
    /// copied. ONNX's own DepthToSpace moves single numbers.
    /// </summary>
    public GraphValue PixelsOfBlocks(string name, GraphValue x, int block)
    {
        var (n, h, w, c) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3] / (block * block));
        var blocks = Reshape(name + ".blocks", x, Constant<long>(name + ".blocks.shape", [0, 0, 0, block, block * c.Size], 5), n, h, w, block, c * block);
        var rows = Transpose(name + ".rows", blocks, 0, 1, 3, 2, 4);
        var grown = Mul(name + ".grown", ShapeOf(name + ".size", x, 0, 4), Constant<long>(name + ".growth", [1, block, block, 1], 4));
        var shape = Div(name + ".shape", grown, Constant<long>(name + ".shrinkage", [1, 1, 1, block * block], 4));
        return Reshape(name, rows, shape, n, h * block, w * block, c);
    }

    /// <summary>Channels from the second axis to the last.</summary>
    public GraphValue ChannelsLast(string name, GraphValue x) => Transpose(name, x, 0, 2, 3, 1);

    /// <summary>Channels from the last axis to the second.</summary>
    public GraphValue ChannelsFirst(string name, GraphValue x) => Transpose(name, x, 0, 3, 1, 2);

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
