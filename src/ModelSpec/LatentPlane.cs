using System.Text.Json.Serialization;

namespace VqVae.Models;

/// <summary>One grid of indices: <c>[N, Stages, H/Stride, W/Stride]</c>, each index in <c>[0, Codes)</c>.</summary>
/// <param name="Name">Empty for a model's only plane; otherwise a C identifier such as <c>top</c>.</param>
/// <param name="Stride">Pixels a side that one position stands for.</param>
/// <param name="Stages">Number of stages that add up.</param>
/// <param name="Codes">Codebook size of every stage.</param>
public sealed record LatentPlane(string Name, int Stride, int Stages, int Codes)
{
    /// <summary>The name of the plane's tensor in the graphs: <c>indices</c>, or <c>indices_NAME</c> where there are several planes.</summary>
    [JsonIgnore]
    public string TensorName => Name.Length == 0 ? "indices" : "indices_" + Name;

    /// <summary>The name of what is quantized, an output that an encoder may have: <c>latents</c>, or <c>latents_NAME</c>.</summary>
    [JsonIgnore]
    public string LatentsName => Name.Length == 0 ? "latents" : "latents_" + Name;

    /// <summary>Bits that one index takes in fixed-length coding: ⌈log₂ <see cref="Codes"/>⌉.</summary>
    [JsonIgnore]
    public int BitsPerIndex => Codes <= 1 ? 0 : 32 - int.LeadingZeroCount(Codes - 1);
}
