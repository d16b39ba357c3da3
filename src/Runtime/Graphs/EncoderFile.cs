using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>An encoder's file, checked, and what can be done with it besides running it.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Graph">Its bytes.</param>
/// <param name="Search">The codebooks in it; <c>null</c> where its latents cannot be searched outside of the graph.</param>
/// <param name="HasNetwork">Whether it computes more than a linear transform of patches.</param>
internal sealed record EncoderFile(string Name, byte[] Graph, SearchTables? Search, bool HasNetwork)
{
    /// <summary>Checks that it is the encoder of the manifest's model, and looks for codebooks.</summary>
    /// <exception cref="ModelFormatException">It is not.</exception>
    public static EncoderFile Read(string name, byte[] graph, ModelManifest manifest)
    {
        var signature = OnnxSignature.Read(graph);
        GraphContract.CheckEncoder(name, signature, manifest);
        var isLinear = manifest.Spec.Architecture is Architecture.Klt or Architecture.LumaChroma && graph.AsSpan().IndexOf("encoder.stem"u8) < 0;
        return new EncoderFile(name, graph, GraphContract.HasLatents(signature, manifest) ? SearchTables.Read(graph, manifest) : null, !isLinear);
    }
}
