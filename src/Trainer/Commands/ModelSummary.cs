using System.Globalization;
using VqVae.Models;

namespace VqVae.Trainer.Commands;

/// <summary>A model in a few words.</summary>
internal static class ModelSummary
{
    /// <summary>Its planes: stride and stages of each, and how many rate points there are where there are several.</summary>
    public static string Structure(ModelSpec model)
    {
        var planes = model.Planes.Select(p => $"{(p.Name.Length > 0 ? p.Name + " " : "")}stride {p.Stride}, {p.Stages} {(p.Stages == 1 ? "stage" : "stages")} of {p.Codes} codes");
        return string.Join("; ", planes) + (model.RatePoints > 1 ? $"; {model.RatePoints} rate points" : "");
    }

    /// <summary>Bits a pixel before entropy coding, all stages kept.</summary>
    public static double RawBitsPerPixel(ModelSpec model) => model.Planes.Sum(p => (double)p.Stages * p.BitsPerIndex / (p.Stride * p.Stride));

    /// <summary>Thousands of multiplications a pixel: of the encoder with its search + of the decoder.</summary>
    public static string Cost(ModelSpec model)
    {
        var cost = ComputeCost.Of(model);
        return string.Create(CultureInfo.InvariantCulture, $"{cost.Encoder / 1000:0.0} + {cost.Decoder / 1000:0.0}");
    }
}
