namespace VqVae.Benchmarks;

/// <summary>A node of a graph as ONNX Runtime ran it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Op">Its operator, which need not be one of the file's: nodes are fused and replaced.</param>
/// <param name="Seconds">Its time.</param>
/// <param name="Inputs">Shapes of its inputs, weights included.</param>
/// <param name="Outputs">Shapes of its outputs.</param>
internal sealed record ProfiledNode(string Name, string Op, double Seconds, long[][] Inputs, long[][] Outputs);
