using VqVae.Exporter.Onnx;

namespace VqVae.Exporter.Graphs;

/// <summary>A tensor in a graph under construction: an input, a constant or a node's output.</summary>
/// <param name="Name">Its name, unique in the graph.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes of its axes, outermost first.</param>
internal sealed record GraphValue(string Name, TensorProto.Types.DataType Type, IReadOnlyList<Dim> Shape);
