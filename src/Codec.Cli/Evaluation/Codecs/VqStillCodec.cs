using System.Globalization;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation.Codecs;

/// <summary>The model that is judged.</summary>
internal sealed class VqStillCodec : IStillCodec
{
    /// <summary>Its <see cref="IStillCodec.Key"/>.</summary>
    public const string KeyName = "vq";

    private readonly VqCodec _codec;
    private readonly (VqCompressOptions Options, string Label)[] _ladder;

    /// <param name="codec">The model.</param>
    /// <param name="effort">How much time its encoder may take.</param>
    public VqStillCodec(VqCodec codec, VqEffort effort)
    {
        ArgumentNullException.ThrowIfNull(codec);
        _codec = codec;
        HasQualities = codec.Manifest.Quality is not null;
        _ladder = HasQualities
            ? [.. Enumerable.Range(1, Models.QualityMap.Highest).Select(q => (new VqCompressOptions { Quality = q, Effort = effort }, q.ToString(CultureInfo.InvariantCulture)))]
            : [.. Ladder(codec, effort)];
        Settings = string.Create(
            CultureInfo.InvariantCulture,
            $"model {codec.Manifest.Name} ({codec.Manifest.Id}) on {codec.Device} in {Figures.Lower(codec.Precision)}, effort {Figures.Lower(effort)}, {(HasQualities ? "qualities from the model's map" : "no quality map in the model: its rate points at their own lambda, and its stages at lambda 0")}");
    }

    /// <inheritdoc/>
    public string Key => KeyName;

    /// <inheritdoc/>
    public string Name => "VQ";

    /// <inheritdoc/>
    public string Settings { get; }

    /// <inheritdoc/>
    public double Cost => 0.7;

    /// <summary>Whether settings are qualities from 1 to 100; otherwise they number the ladder from 1.</summary>
    public bool HasQualities { get; }

    /// <summary>The highest setting.</summary>
    public int Highest => _ladder.Length;

    /// <inheritdoc/>
    public string Label(int setting) => _ladder[setting - 1].Label;

    /// <inheritdoc/>
    public byte[] Encode(VqImage picture, int setting, CancellationToken cancellationToken) => _codec.Compress(picture, _ladder[setting - 1].Options, cancellationToken);

    /// <inheritdoc/>
    public VqImage Decode(byte[] file, int width, int height, CancellationToken cancellationToken) =>
        _codec.Decompress(file, new VqDecompressOptions { Format = PixelFormat.Rgb24 }, cancellationToken);

    /// <summary>
    /// What a model without a quality map can do: 1 to all stages at λ 0, then its rate points at their own λ, all stages; each setting once.
    /// </summary>
    private static IEnumerable<(VqCompressOptions Options, string Label)> Ladder(VqCodec codec, VqEffort effort)
    {
        var manifest = codec.Manifest;
        var most = manifest.Planes.Max(p => p.Stages);
        for (var stages = 1; stages <= most; stages++)
            yield return (new VqCompressOptions { RatePoint = 0, Stages = stages, Lambda = 0, Effort = effort }, $"{stages} of {most} stages");
        for (var ratePoint = 0; ratePoint < manifest.RatePoints; ratePoint++)
        {
            var lambda = manifest.Spec.Lambda(ratePoint);
            if (ratePoint == 0 && lambda == 0) continue;
            yield return (new VqCompressOptions { RatePoint = ratePoint, Lambda = lambda, Effort = effort }, string.Create(CultureInfo.InvariantCulture, $"rate point {ratePoint}, λ {lambda:0.###}"));
        }
    }
}
