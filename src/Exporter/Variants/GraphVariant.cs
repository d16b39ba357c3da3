using VqVae.Exporter.Graphs;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Variants;

/// <summary>A model's graphs in another precision, and how they differ from the fp32 ones.</summary>
/// <param name="Precision">One of <see cref="GraphPrecision"/>.</param>
/// <param name="Encoder">The encoder as a file's bytes; <c>null</c> where the fp32 one serves.</param>
/// <param name="Decoder">The decoder as a file's bytes.</param>
/// <param name="Deviation">The differences on calibration samples.</param>
internal sealed record GraphVariant(string Precision, byte[]? Encoder, byte[] Decoder, ManifestVariant Deviation)
{
    /// <summary>The files of the variant by name.</summary>
    public IEnumerable<(string Name, byte[] Content)> Files =>
        Encoder is null ? [(ModelManifest.DecoderFile(Precision), Decoder)] : [(ModelManifest.EncoderFile(Precision), Encoder), (ModelManifest.DecoderFile(Precision), Decoder)];

    /// <summary>Builds the graphs of a precision and measures them.</summary>
    /// <param name="precision">int8 or fp16.</param>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="encoder">The fp32 encoder as a file's bytes.</param>
    /// <param name="reference">The fp32 graphs.</param>
    /// <param name="samples">What the fp32 graphs make of calibration images, at least one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static GraphVariant Build(
        string precision, Checkpoint checkpoint, byte[] encoder, ModelGraphs reference, IReadOnlyList<CalibrationSample> samples, CancellationToken cancellationToken)
    {
        var id = ModelId.Parse(reference.Manifest.Id);

        // An encoder of integers is left out: next to the search its network is small in the models that are made for speed, and the search needs exact latents.
        var own = precision == GraphPrecision.Fp16 ? OnnxModel.Encoder(HalfGraph.Build(EncoderGraph.Build(checkpoint)), checkpoint, id) : null;
        var decoder = OnnxModel.Decoder(
            precision == GraphPrecision.Fp16 ? HalfGraph.Build(DecoderGraph.Build(checkpoint)) : Int8Decoder.Build(checkpoint, samples, Int8Decoder.WorthFloat, cancellationToken), checkpoint, id);
        using var graphs = ModelGraphs.Create(reference.Manifest, own ?? encoder, decoder, new VqCodecOptions { Device = VqDevice.Cpu });
        return new GraphVariant(precision, own, decoder, Compare(graphs, own is not null, samples, cancellationToken));
    }

    private static ManifestVariant Compare(ModelGraphs graphs, bool ownEncoder, IReadOnlyList<CalibrationSample> samples, CancellationToken cancellationToken)
    {
        var (differences, largest, bytes, equal, indices) = (0L, 0, 0L, 0L, 0L);
        var lost = 0.0;
        foreach (var s in samples)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var decoded = graphs.Decode(s.Indices, int.MaxValue, s.Count, s.Side, s.Side, s.Rate);
            bytes += decoded.Length;
            for (var i = 0; i < decoded.Length; i++)
            {
                var difference = Math.Abs(decoded[i] - s.Decoded[i]);
                differences += difference;
                largest = Math.Max(largest, difference);
            }

            if (ownEncoder)
            {
                var own = graphs.Encode(s.Images, s.Count, s.Side, s.Side, s.Rate, s.Lambda);
                indices += own.Sum(plane => plane.Length);
                equal += own.Zip(s.Indices, (a, b) => a.Zip(b).Count(pair => pair.First == pair.Second)).Sum();
                decoded = graphs.Decode(own, int.MaxValue, s.Count, s.Side, s.Side, s.Rate);
            }

            lost += s.Psnr(s.Decoded) - s.Psnr(decoded);
        }

        // As many digits as other images would agree with.
        return new ManifestVariant
        {
            MeanPixelDifference = Math.Round((double)differences / bytes, 4),
            MaxPixelDifference = largest,
            PsnrLoss = Math.Round(lost / samples.Count, 4),
            IndexAgreement = ownEncoder ? Math.Round((double)equal / indices, 6) : 1,
        };
    }
}
