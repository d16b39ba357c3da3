using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VqVae.Models;

/// <summary>
/// The hyperparameters that fix a model's networks: what the tensors of a checkpoint and the nodes of the graphs follow from.
/// How a model is trained is <see cref="TrainingSpec"/>.
/// </summary>
/// <remarks>
/// The defaults are those of the preset <c>celeba</c>. As JSON a spec names every hyperparameter: a file that leans on defaults would
/// come to mean another model when they change.
/// </remarks>
public sealed record ModelSpec
{
    /// <summary>Pixels are scaled as <c>x = pixel / 127.5 − 1</c>, so that the networks see [−1, 1].</summary>
    public const float PixelScale = 127.5f;

    /// <summary>Largest number of stages, so that a stage count fits one byte of a file.</summary>
    public const int MaxStages = 255;

    /// <summary>The network family.</summary>
    [JsonRequired]
    public Architecture Architecture { get; init; } = Architecture.VqVae;

    /// <summary>Colour channels that the networks see: 3 (RGB) or 1 (luma; graphs still take and give RGB).</summary>
    [JsonRequired]
    public int InputChannels { get; init; } = 3;

    /// <summary>Channels of the hidden layers.</summary>
    [JsonRequired]
    public int Hidden { get; init; } = 256;

    /// <summary>Dimension of the code vectors.</summary>
    [JsonRequired]
    public int EmbeddingDim { get; init; } = 128;

    /// <summary>Residual blocks of the encoder.</summary>
    [JsonRequired]
    public int EncoderBlocks { get; init; } = 4;

    /// <summary>Residual blocks of the decoder at the latent's resolution.</summary>
    [JsonRequired]
    public int DecoderBlocks { get; init; } = 4;

    /// <summary>Codebook size of every stage.</summary>
    [JsonRequired]
    public int Codes { get; init; } = 512;

    /// <summary>Stages that add up: residual quantization levels, groups of dimensions (<see cref="Groups"/>), or both.</summary>
    [JsonRequired]
    public int Stages { get; init; } = 1;

    /// <summary>Pixels a side of one latent position: a power of two, 2 to 32.</summary>
    [JsonRequired]
    public int Stride { get; init; } = 4;

    /// <summary><see cref="Architecture.Klt"/> and <see cref="Architecture.LumaChroma"/>: channels of the decoder's half-resolution part, the linear image's included.</summary>
    [JsonRequired]
    public int RefineChannels { get; init; } = 32;

    /// <summary><see cref="Architecture.Klt"/> and <see cref="Architecture.LumaChroma"/>: residual blocks of the decoder's half-resolution part.</summary>
    [JsonRequired]
    public int RefineBlocks { get; init; } = 1;

    /// <summary>
    /// Product quantization: where each group of latent dimensions begins, from 0, and at last <see cref="EmbeddingDim"/>. A stage quantizes one
    /// group; stages take the groups in turn, so that <see cref="Stages"/> is their number or, with several residual levels in each, a multiple
    /// of it. <c>null</c>: one group of all dimensions.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Groups { get; init; }

    /// <summary>
    /// Finite scalar quantization (Mentzer et al. 2023): levels of each latent dimension, whose product is <see cref="Codes"/>, in place of a learnt
    /// codebook. <c>null</c>: a codebook.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? FsqLevels { get; init; }

    /// <summary>
    /// For each rate point (a set of codebooks of its own under shared networks) the λ of its search ‖z − e‖² + λ·length, in squared 8-bit units
    /// a bit, coarsest first or in any order. <c>null</c>: one rate point, nearest code.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<double>? RateLambdas { get; init; }

    /// <summary><see cref="Architecture.VqVae2"/> only: inner channels of the residual blocks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ResidualChannels { get; init; }

    /// <summary><see cref="Architecture.LumaChroma"/> only: dimension of the chroma plane's codes; <see cref="EmbeddingDim"/> is luma's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ChromaDim { get; init; }

    /// <summary><see cref="Architecture.LumaChroma"/> only: stages of the chroma plane.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ChromaStages { get; init; }

    /// <summary><see cref="Architecture.LumaChroma"/> only: the chroma plane's groups, as <see cref="Groups"/> are luma's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? ChromaGroups { get; init; }

    /// <summary>How each plane's latent is quantized, in the order of the graphs' tensors.</summary>
    [JsonIgnore]
    public IReadOnlyList<LatentLayout> Latents => Architecture switch
    {
        Architecture.VqVae2 =>
        [
            new LatentLayout(new LatentPlane("top", 2 * Stride, Stages, Codes), EmbeddingDim, Bounds(Groups, EmbeddingDim)),
            new LatentLayout(new LatentPlane("bottom", Stride, Stages, Codes), EmbeddingDim, Bounds(Groups, EmbeddingDim)),
        ],
        Architecture.LumaChroma =>
        [
            new LatentLayout(new LatentPlane("luma", Stride, Stages, Codes), EmbeddingDim, Bounds(Groups, EmbeddingDim)),
            new LatentLayout(new LatentPlane("chroma", 2 * Stride, ChromaStages, Codes), ChromaDim, Bounds(ChromaGroups, ChromaDim)),
        ],
        _ => [new LatentLayout(new LatentPlane("", Stride, Stages, Codes), EmbeddingDim, Bounds(Groups, EmbeddingDim))],
    };

    /// <summary>The index grids of this model, in the order of the graphs' tensors.</summary>
    [JsonIgnore]
    public IReadOnlyList<LatentPlane> Planes => [.. Latents.Select(l => l.Plane)];

    /// <summary>Number of rate points, 1 to <see cref="ModelManifest.MaxRatePoints"/>.</summary>
    [JsonIgnore]
    public int RatePoints => RateLambdas?.Count ?? 1;

    /// <summary>Most stages that a plane has.</summary>
    [JsonIgnore]
    public int MostStages => Planes.Max(p => p.Stages);

    /// <summary>The multiple that image height and width are padded to.</summary>
    [JsonIgnore]
    public int LargestStride => Planes.Max(p => p.Stride);

    /// <summary>Numbers in one stride × stride patch of pixels.</summary>
    [JsonIgnore]
    public int PatchSize => Stride * Stride * InputChannels;

    /// <summary>Reads and checks a spec.</summary>
    /// <exception cref="ModelFormatException">The JSON is malformed, has an unknown key, lacks one, or describes no possible model.</exception>
    public static ModelSpec FromJson(string json)
    {
        try
        {
            var spec = JsonSerializer.Deserialize(json, ModelJson.Default.ModelSpec) ?? throw new ModelFormatException("the model spec is null");
            spec.Validate();
            return spec;
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"the model spec is not valid: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException($"the model spec is not valid: {e.Message}", e);
        }
    }

    /// <summary>The λ of a rate point, in squared 8-bit units a bit; 0 where the model has none.</summary>
    public double Lambda(int ratePoint) => RateLambdas?[ratePoint] ?? 0;

    /// <summary>Whether the two describe the same model.</summary>
    public bool Equals(ModelSpec? other) => other is not null && ToJson() == other.ToJson();

    /// <inheritdoc/>
    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);

    /// <summary>The spec as JSON on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Compact.ModelSpec);

    /// <summary>Checks that the hyperparameters describe a model.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Architecture)) throw new ArgumentException($"architecture: expected vqvae, klt, vqvae2 or luma_chroma, got {Architecture}");
        if (InputChannels is not (1 or 3)) throw Bad("input channels", InputChannels, "1 or 3");
        Range("hidden channels", Hidden, 1, 4096);
        Range("embedding dimension", EmbeddingDim, 1, 4096);
        Range("encoder blocks", EncoderBlocks, 0, 64);
        Range("decoder blocks", DecoderBlocks, 0, 64);
        Range("codes", Codes, 2, 65536);
        Range("stages", Stages, 1, MaxStages);
        if (!int.IsPow2(Stride) || Stride is < 2 or > 32) throw Bad("stride", Stride, "a power of two from 2 to 32");
        CheckGroups("groups", Groups, EmbeddingDim, Stages);
        if (RateLambdas is { } lambdas)
        {
            Range("rate points", lambdas.Count, 1, ModelManifest.MaxRatePoints);
            if (!lambdas.All(l => l is >= 0 and <= 1e6)) throw new ArgumentException("rate lambdas: expected numbers from 0 to 1000000");
        }

        CheckFsq();
        switch (Architecture)
        {
            case Architecture.Klt:
                CheckRefinement(EmbeddingDim, PatchSize);
                break;
            case Architecture.VqVae2:
                if (Stride is not (2 or 4)) throw Bad("stride", Stride, "2 or 4 for this architecture, whose top plane has twice that");
                Range("hidden channels", Hidden, 2, 4096);
                Range("residual channels", ResidualChannels, 1, 4096);
                break;
            case Architecture.LumaChroma:
                if (InputChannels != 3) throw Bad("input channels", InputChannels, "3 for this architecture");
                if (Stride > 16) throw Bad("stride", Stride, "at most 16 for this architecture, whose chroma plane has twice that");
                CheckRefinement(EmbeddingDim, Stride * Stride);
                Range("chroma dimension", ChromaDim, 1, 8 * Stride * Stride);
                Range("chroma stages", ChromaStages, 1, MaxStages);
                CheckGroups("chroma groups", ChromaGroups, ChromaDim, ChromaStages);
                break;
        }

        OnlyFor(Architecture.VqVae2, "residual channels", ResidualChannels != 0);
        OnlyFor(Architecture.LumaChroma, "chroma dimension, stages and groups", ChromaDim != 0 || ChromaStages != 0 || ChromaGroups is not null);
        if (RatePoints > 1 && Architecture is Architecture.VqVae or Architecture.VqVae2)
            throw new ArgumentException("rate points: several are for the architectures klt and luma_chroma, whose networks are told the rate");
    }

    private static int[] Bounds(IReadOnlyList<int>? groups, int dimension) => groups is null ? [0, dimension] : [.. groups];

    private static void CheckGroups(string what, IReadOnlyList<int>? bounds, int dimension, int stages)
    {
        if (bounds is null) return;
        if (bounds.Count < 2 || bounds[0] != 0 || bounds[^1] != dimension || bounds.Zip(bounds.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException($"{what}: expected rising bounds from 0 to the dimension {dimension}, got {string.Join(", ", bounds)}");
        if (stages % (bounds.Count - 1) != 0)
            throw new ArgumentException($"{what}: {bounds.Count - 1} groups take a multiple of as many stages, got {stages}");
    }

    private void CheckFsq()
    {
        if (FsqLevels is not { } levels) return;
        if (levels.Count != EmbeddingDim || levels.Any(l => l is < 2 or > 256))
            throw new ArgumentException($"FSQ levels: expected {EmbeddingDim} numbers from 2 to 256, one for each latent dimension, got {string.Join(", ", levels)}");
        var codes = levels.Aggregate(1L, (product, l) => Math.Min(product * l, int.MaxValue));
        if (codes != Codes) throw new ArgumentException($"codes: expected {codes}, the product of the FSQ levels, got {Codes}");
        if (Stages != 1 || Groups is not null || RateLambdas is not null || Architecture == Architecture.LumaChroma)
            throw new ArgumentException("FSQ levels: finite scalar quantization has one stage, no groups and no rate points, and is not for the architecture luma_chroma");
    }

    private void CheckRefinement(int dimension, int largestDimension)
    {
        if (Stride < 4) throw Bad("stride", Stride, "at least 4 for this architecture");
        Range("embedding dimension", dimension, 1, largestDimension);
        Range("refine channels", RefineChannels, (4 * InputChannels) + 1, 1024);
        Range("refine blocks", RefineBlocks, 0, 64);
    }

    private void OnlyFor(Architecture architecture, string what, bool given)
    {
        if (given && Architecture != architecture) throw new ArgumentException($"{what}: not part of this architecture");
    }

    private static void Range(string what, int value, int min, int max)
    {
        if (value < min || value > max) throw Bad(what, value, string.Create(CultureInfo.InvariantCulture, $"from {min} to {max}"));
    }

    private static ArgumentException Bad(string what, int value, string expected) => new($"{what}: expected {expected}, got {value}");
}
