using VqVae.Models;

namespace VqVae.TestSupport;

/// <summary>Checkpoints with seeded random weights, for tests that need a model but not a good one.</summary>
public static class RandomCheckpoint
{
    /// <summary>The smallest useful models of each architecture.</summary>
    public static ModelSpec TinyKlt { get; } = new()
    {
        Architecture = Architecture.Klt,
        Hidden = 16,
        EmbeddingDim = 8,
        EncoderBlocks = 1,
        DecoderBlocks = 1,
        Codes = 20,
        Stages = 3,
        Stride = 8,
        RefineChannels = 16,
        RefineBlocks = 1,
    };

    public static ModelSpec TinyVqVae { get; } = new()
    {
        Hidden = 16,
        EmbeddingDim = 8,
        EncoderBlocks = 1,
        DecoderBlocks = 1,
        Codes = 32,
        Stages = 1,
        Stride = 4,
    };

    public static ModelSpec TinyVqVae2 { get; } = TinyVqVae with { Architecture = Architecture.VqVae2, ResidualChannels = 8 };

    /// <summary>Groups in both planes, two residual levels in the chroma's, and three rate points.</summary>
    public static ModelSpec TinyLumaChroma { get; } = new()
    {
        Architecture = Architecture.LumaChroma,
        Hidden = 16,
        EmbeddingDim = 8,
        Groups = [0, 1, 3, 8],
        Stages = 3,
        ChromaDim = 6,
        ChromaGroups = [0, 2, 6],
        ChromaStages = 4,
        RateLambdas = [1000, 300, 100],
        EncoderBlocks = 1,
        DecoderBlocks = 1,
        Codes = 16,
        Stride = 8,
        RefineChannels = 16,
        RefineBlocks = 1,
    };

    /// <summary>Finite scalar quantization in the plain model.</summary>
    public static ModelSpec TinyFsq { get; } = TinyVqVae with { EmbeddingDim = 3, FsqLevels = [5, 4, 3], Codes = 60 };

    /// <summary>Residual levels of two groups each, with two rate points, in the linear transform's model.</summary>
    public static ModelSpec TinyGroups { get; } = TinyKlt with { Groups = [0, 3, 8], Stages = 4, RateLambdas = [400, 100] };

    /// <summary>All of them by name.</summary>
    public static IReadOnlyDictionary<string, ModelSpec> Tiny { get; } = new Dictionary<string, ModelSpec>
    {
        ["klt"] = TinyKlt,
        ["vqvae"] = TinyVqVae,
        ["vqvae2"] = TinyVqVae2,
        ["luma_chroma"] = TinyLumaChroma,
        ["fsq"] = TinyFsq,
        ["groups"] = TinyGroups,
    };

    /// <summary>A checkpoint file's writer with all tensors; weights are scaled so that activations keep their size.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="seed">Chooses the weights.</param>
    /// <param name="linearEncoder">Whether the heads of the encoder's network are zero, as before it is trained.</param>
    public static SafetensorsWriter Create(ModelSpec spec, int seed, bool linearEncoder = false)
    {
        var writer = Checkpoint.CreateWriter(spec, new Provenance { Trainer = "test", Seed = seed });
        var random = new Random(seed);
        foreach (var tensor in ModelTensors.For(spec))
        {
            var length = tensor.Shape.Aggregate(1, (product, n) => product * n);
            var values = new float[length];
            var scale = tensor.Shape.Count == 4 ? 1.7 / Math.Sqrt((double)length / tensor.Shape[0]) : 0.5;
            for (var i = 0; i < length; i++) values[i] = (float)(scale * ((2 * random.NextDouble()) - 1));
            if (tensor.Name.EndsWith(".code_lengths", StringComparison.Ordinal))
                for (var i = 0; i < length; i++) values[i] = 1 + (float)(8 * random.NextDouble());
            Constrain(spec, tensor.Name, values);
            if (linearEncoder && tensor.Part == ModelPart.Encoder && tensor.Name.Contains("head.", StringComparison.Ordinal)) Array.Clear(values);
            writer.Add<float>(tensor.Name, values, [.. tensor.Shape.Select(n => (long)n)]);
        }

        return writer;
    }

    /// <summary>Makes codebooks what they must be: zero outside a stage's dimensions, or the grid of finite scalar quantization.</summary>
    private static void Constrain(ModelSpec spec, string name, float[] values)
    {
        if (spec.Latents.FirstOrDefault(l => l.CodebooksName == name) is not { } layout) return;
        if (spec.FsqLevels is { } levels) FsqDimension.Codebook(levels).CopyTo(values, 0);
        for (var i = 0; i < values.Length; i++)
        {
            var (start, length) = layout.Range(i / layout.Dimension / layout.Plane.Codes % layout.Plane.Stages);
            if (i % layout.Dimension < start || i % layout.Dimension >= start + length) values[i] = 0;
        }
    }

    /// <summary>The same, written to a run folder.</summary>
    public static void Save(ModelSpec spec, int seed, string runFolder)
    {
        Directory.CreateDirectory(runFolder);
        Create(spec, seed).Save(Path.Combine(runFolder, Checkpoint.FileName));
    }
}
