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
    private MapSearch? _lastSearch;

    /// <summary>Memory for calls.</summary>
    public BufferPool Buffers { get; } = new();

    /// <summary>The search for codes at some settings, which are mostly those of the call before.</summary>
    public MapSearch Search(in EncoderSettings settings)
    {
        if (Volatile.Read(ref _lastSearch) is { } last && last.IsFor(settings)) return last;
        var search = new MapSearch(Graphs.Search!, settings, Threads);
        Volatile.Write(ref _lastSearch, search);
        return search;
    }
}

