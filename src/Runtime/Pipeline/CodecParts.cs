using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>What all calls of a codec share.</summary>
/// <param name="Graphs">The model's graphs.</param>
/// <param name="Planes">Its planes.</param>
/// <param name="Coders">Its entropy coders.</param>
/// <param name="Limits">How large an image may be, and what a call may take.</param>
/// <param name="Budget">Its windows.</param>
/// <param name="Threads">Threads that work on one image together.</param>
internal sealed record CodecParts(ModelGraphs Graphs, IReadOnlyList<LatentPlane> Planes, CoderSet Coders, VqLimits Limits, WindowBudget Budget, int Threads)
{
    /// <summary>What the codec's calls have allocated.</summary>
    public BufferAccount Buffers { get; } = new();
}

