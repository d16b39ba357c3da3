using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using VqVae.Runtime;

namespace VqVae.Benchmarks;

/// <summary>A session of a graph on one thread whose nodes' times are written down.</summary>
internal sealed class GraphProfile : IDisposable
{
    private const string KernelSuffix = "_kernel_time";

    private readonly string _prefix;

    /// <param name="name">What its file is called.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="folder">Where the file goes.</param>
    public GraphProfile(string name, byte[] graph, string folder)
    {
        _prefix = Path.Combine(folder, name);
        using var options = new SessionFactory(new VqCodecOptions { Threads = 1 }, OnnxRuntimeProviders.Instance).CreateOptions();
        options.ProfileOutputPathPrefix = _prefix;
        options.EnableProfiling = true;
        Session = new InferenceSession(graph, options);
    }

    public InferenceSession Session { get; }

    /// <summary>Ends the measurement: every node with the median of its times, the first <paramref name="warmUp"/> runs aside.</summary>
    public IReadOnlyList<ProfiledNode> Finish(int warmUp)
    {
        var nodes = new Dictionary<string, (JsonElement Arguments, List<double> Seconds)>(StringComparer.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Session.EndProfiling()));
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            var name = entry.GetProperty("name").GetString()!;
            if (!name.EndsWith(KernelSuffix, StringComparison.Ordinal)) continue;

            // Nodes that ONNX Runtime puts in may lack a name, and share their suffix then: their numbers differ.
            var arguments = entry.GetProperty("args");
            var key = name + arguments.GetProperty("node_index").GetString();
            if (!nodes.TryGetValue(key, out var node)) nodes.Add(key, node = (arguments, []));
            node.Seconds.Add(1e-6 * entry.GetProperty("dur").GetInt64());
        }

        return [.. nodes.Select(n => new ProfiledNode(
            n.Key[..n.Key.LastIndexOf(KernelSuffix, StringComparison.Ordinal)],
            n.Value.Arguments.GetProperty("op_name").GetString()!,
            Timing.Median([.. n.Value.Seconds.Skip(warmUp)]),
            Shapes(n.Value.Arguments.GetProperty("input_type_shape")),
            Shapes(n.Value.Arguments.GetProperty("output_type_shape"))))];
    }

    public void Dispose() => Session.Dispose();

    /// <summary>Each tensor's shape, from <c>[{"float":[1,3,512,768]}, …]</c>.</summary>
    private static long[][] Shapes(JsonElement tensors) =>
        [.. tensors.EnumerateArray().Select(t => t.EnumerateObject().First().Value.EnumerateArray().Select(d => d.GetInt64()).ToArray())];
}
