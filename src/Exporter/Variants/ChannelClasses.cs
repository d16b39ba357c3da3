using VqVae.Exporter.Onnx;

namespace VqVae.Exporter.Variants;

/// <summary>
/// Which channels of a graph's tensors are the same numbers further on, or are added to each other, so that a factor on one is a factor on all of them. Factors
/// of the others may differ: they go into the weights before and behind, which makes one scale a tensor fit all of its channels.
/// </summary>
/// <remarks>
/// Found by running the graph's layout on numbers of classes in place of values, for an image as small as the largest stride.
/// </remarks>
internal sealed class ChannelClasses
{
    private readonly Dictionary<string, (int[] Shape, int[] Classes)> _values = new(StringComparer.Ordinal);
    private readonly List<int> _parents = [];
    private readonly List<bool> _fixed = [];
    private readonly GraphShapes _shapes;

    private ChannelClasses(GraphShapes shapes) => _shapes = shapes;

    /// <summary>Follows a graph.</summary>
    /// <param name="graph">The float graph.</param>
    /// <param name="shapes">Its shapes.</param>
    /// <param name="isQuantized">Whether a convolution is computed in integers; the factors of the others' tensors are 1.</param>
    public static ChannelClasses Of(GraphProto graph, GraphShapes shapes, Func<NodeProto, bool> isQuantized)
    {
        var classes = new ChannelClasses(shapes);
        foreach (var node in graph.Node) classes.Add(node, isQuantized);
        return classes;
    }

    /// <summary>For each channel (second axis) of a tensor its class, or −1 where its factor is 1; <c>null</c> for a tensor that no convolution is near.</summary>
    public int[]? Channels(string value)
    {
        if (!_values.TryGetValue(value, out var found)) return null;
        var size = found.Classes.Length / found.Shape[1];
        return [.. Enumerable.Range(0, found.Shape[1]).Select(c => Find(found.Classes[c * size])).Select(c => _fixed[c] ? -1 : c)];
    }

    private void Add(NodeProto node, Func<NodeProto, bool> isQuantized)
    {
        var known = node.Input.Where(_values.ContainsKey).ToList();
        switch (node.OpType)
        {
            case "Conv":
                if (!_values.ContainsKey(node.Input[0])) Start(node.Input[0]);
                Start(node.Output[0]);
                OneClassAChannel(node.Input[0]);
                if (isQuantized(node)) break;
                Fix(node.Input[0]);
                Fix(node.Output[0]);
                break;
            case "Relu" when known.Count == 1:
                _values[node.Output[0]] = _values[node.Input[0]];
                break;
            case "Add" when known.Count == 2:
                var (a, b) = (_values[node.Input[0]], _values[node.Input[1]]);
                for (var i = 0; i < a.Classes.Length; i++) Unite(a.Classes[i], b.Classes[i]);
                _values[node.Output[0]] = a;
                break;
            case "Reshape" when known.Count == 1:
                _values[node.Output[0]] = (_shapes.Smallest(node.Output[0]), _values[node.Input[0]].Classes);
                break;
            case "Transpose" when known.Count == 1:
                _values[node.Output[0]] = Transposed(_values[node.Input[0]], [.. node.Attribute.Single(t => t.Name == "perm").Ints.Select(axis => (int)axis)]);
                break;
            case "Concat" when known.Count == node.Input.Count:
                _values[node.Output[0]] = Joined([.. node.Input.Select(i => _values[i])], (int)node.Attribute.Single(t => t.Name == "axis").I);
                break;
            default:
                foreach (var input in known) Fix(input);
                break;
        }
    }

    private void Start(string value)
    {
        var shape = _shapes.Smallest(value);
        var size = shape.Skip(2).Aggregate(1, (product, n) => product * n);
        var first = _parents.Count;
        for (var c = 0; c < shape[1]; c++)
        {
            _parents.Add(first + c);
            _fixed.Add(false);
        }

        _values[value] = (shape, [.. Enumerable.Range(0, shape[1]).SelectMany(c => Enumerable.Repeat(first + c, size))]);
    }

    /// <summary>A convolution has one weight for a channel, wherever in it the numbers come from.</summary>
    private void OneClassAChannel(string value)
    {
        var (shape, classes) = _values[value];
        var size = classes.Length / shape[1];
        for (var i = 0; i < classes.Length; i++) Unite(classes[i], classes[i / size * size]);
    }

    private void Fix(string value)
    {
        foreach (var c in _values[value].Classes) _fixed[Find(c)] = true;
    }

    private int Find(int c)
    {
        while (_parents[c] != c) c = _parents[c] = _parents[_parents[c]];
        return c;
    }

    private void Unite(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        _parents[b] = a;
        _fixed[a] |= _fixed[b];
    }

    private static (int[] Shape, int[] Classes) Transposed((int[] Shape, int[] Classes) x, int[] order)
    {
        var strides = new int[order.Length];
        for (var (axis, stride) = (order.Length - 1, 1); axis >= 0; stride *= x.Shape[axis--]) strides[axis] = stride;
        int[] shape = [.. order.Select(axis => x.Shape[axis])];
        var classes = new int[x.Classes.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            var (rest, from) = (i, 0);
            for (var axis = shape.Length - 1; axis >= 0; rest /= shape[axis--]) from += rest % shape[axis] * strides[order[axis]];
            classes[i] = x.Classes[from];
        }

        return (shape, classes);
    }

    private static (int[] Shape, int[] Classes) Joined(IReadOnlyList<(int[] Shape, int[] Classes)> parts, int axis)
    {
        var shape = parts[0].Shape.ToArray();
        shape[axis] = parts.Sum(p => p.Shape[axis]);
        var outer = shape.Take(axis).Aggregate(1, (product, n) => product * n);
        var classes = Enumerable.Range(0, outer).SelectMany(o => parts.SelectMany(p => p.Classes.Skip(o * (p.Classes.Length / outer)).Take(p.Classes.Length / outer)));
        return (shape, [.. classes]);
    }
}
