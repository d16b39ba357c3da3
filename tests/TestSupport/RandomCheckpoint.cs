using VqVae.Models;

namespace VqVae.TestSupport;

/// <summary>Checkpoints with seeded random weights, for tests that need a model but not a good one.</summary>
public static class RandomCheckpoint
{
    /// <summary>The smallest useful models of both architectures.</summary>
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

    /// <summary>A checkpoint file's writer with all tensors; weights are scaled so that activations keep their size.</summary>
    public static SafetensorsWriter Create(ModelSpec spec, int seed)
    {
        var writer = Checkpoint.CreateWriter(spec, new Provenance { Trainer = "test", Seed = seed });
        var random = new Random(seed);
        foreach (var tensor in ModelTensors.For(spec))
        {
            var length = tensor.Shape.Aggregate(1, (product, n) => product * n);
            var values = new float[length];
            var scale = tensor.Shape.Count == 4 ? 1.7 / Math.Sqrt((double)length / tensor.Shape[0]) : 0.5;
            for (var i = 0; i < length; i++) values[i] = (float)(scale * ((2 * random.NextDouble()) - 1));
            if (tensor.Name == ModelTensors.CodeLengths)
                for (var i = 0; i < length; i++) values[i] = 1 + (float)(8 * random.NextDouble());
            writer.Add<float>(tensor.Name, values, [.. tensor.Shape.Select(n => (long)n)]);
        }

        return writer;
    }

    /// <summary>The same, written to a run folder.</summary>
    public static void Save(ModelSpec spec, int seed, string runFolder)
    {
        Directory.CreateDirectory(runFolder);
        Create(spec, seed).Save(Path.Combine(runFolder, Checkpoint.FileName));
    }
}
