namespace VqVae.Models;

/// <summary>The part of a model that a tensor belongs to.</summary>
public enum ModelPart
{
    /// <summary>Image to latents.</summary>
    Encoder,

    /// <summary>Codebooks and code lengths.</summary>
    Quantizer,

    /// <summary>Codes to image.</summary>
    Decoder,
}

/// <summary>A float32 tensor that a checkpoint must hold.</summary>
/// <param name="Name">Its name in the safetensors file.</param>
/// <param name="Part">The part of the model that it belongs to.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
public sealed record ModelTensor(string Name, ModelPart Part, IReadOnlyList<int> Shape);

/// <summary>
/// The names and shapes of a model's tensors: the whole interface between training (here or in PyTorch) and export.
/// Convolution weights are <c>[out, in, kh, kw]</c>, transposed ones <c>[in, out, kh, kw]</c>, as in PyTorch.
/// </summary>
public static class ModelTensors
{
    /// <summary>Codebooks of all stages, <c>[L, K, D]</c>.</summary>
    public const string Codebooks = "quantizer.codebooks";

    /// <summary>Code lengths in bits of all stages, <c>[L, K]</c>: the rate term of the encoder's search. Encoder side only.</summary>
    public const string CodeLengths = "quantizer.code_lengths";

    /// <summary>Every tensor of a model with these hyperparameters, in a fixed order.</summary>
    public static IReadOnlyList<ModelTensor> For(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        spec.Validate();
        var tensors = new List<ModelTensor>();
        if (spec.Architecture == Architecture.Klt) AddKlt(spec, tensors);
        else AddVqVae(spec, tensors);
        Add(tensors, Codebooks, spec.Stages, spec.Codes, spec.EmbeddingDim);
        Add(tensors, CodeLengths, spec.Stages, spec.Codes);
        return tensors;
    }

    /// <summary>
    /// Whether decoding depends on the tensor: the decoder's weights and the codebooks, not the encoder and not the code lengths.
    /// These are the tensors in the <see cref="ModelId"/>.
    /// </summary>
    public static bool IsDecoderSide(ModelTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Part == ModelPart.Decoder || tensor.Name == Codebooks;
    }

    private static void AddVqVae(ModelSpec spec, List<ModelTensor> tensors)
    {
        var (hidden, depth) = (spec.Hidden, int.Log2(spec.Stride));
        for (var i = 0; i < depth; i++)
            AddConv(tensors, $"encoder.down.{i}", hidden, i == 0 ? spec.InputChannels : hidden, 4, biasLength: hidden);
        for (var i = 0; i < spec.EncoderBlocks; i++)
            AddBlock(tensors, $"encoder.blocks.{i}", hidden, secondKernel: 1);
        AddConv(tensors, "encoder.head", spec.EmbeddingDim, hidden, 1, spec.EmbeddingDim);

        AddConv(tensors, "decoder.stem", hidden, spec.EmbeddingDim, 1, hidden);
        for (var i = 0; i < spec.DecoderBlocks; i++)
            AddBlock(tensors, $"decoder.blocks.{i}", hidden, secondKernel: 1);
        for (var i = 0; i < depth; i++)
        {
            var output = i == depth - 1 ? spec.InputChannels : hidden;
            AddConv(tensors, $"decoder.up.{i}", hidden, output, 4, biasLength: output);
        }
    }

    private static void AddKlt(ModelSpec spec, List<ModelTensor> tensors)
    {
        var (hidden, dim, stride, channels) = (spec.Hidden, spec.EmbeddingDim, spec.Stride, spec.InputChannels);
        AddConv(tensors, "encoder.klt", dim, channels, stride, dim);
        AddConv(tensors, "encoder.stem", hidden, channels, stride, hidden);
        for (var i = 0; i < spec.EncoderBlocks; i++)
            AddBlock(tensors, $"encoder.blocks.{i}", hidden, secondKernel: 3);
        AddConv(tensors, "encoder.head", dim, hidden, 1, dim);

        // The decoder's linear image and its half-resolution features leave one depth-to-space of half the stride:
        // the first 4·channels feature planes at half resolution are the linear image, space-to-depth by 2.
        var (half, image) = (stride / 2, 4 * channels);
        var features = spec.RefineChannels - image;
        AddConv(tensors, "decoder.klt", image * half * half, dim, 1, image * half * half);
        Add(tensors, "decoder.stages.weight", spec.Stages, hidden);
        AddConv(tensors, "decoder.stem", hidden, dim, 3, hidden);
        for (var i = 0; i < spec.DecoderBlocks; i++)
            AddBlock(tensors, $"decoder.blocks.{i}", hidden, secondKernel: 3);
        AddConv(tensors, "decoder.expand", features * half * half, hidden, 1, features * half * half);
        AddConv(tensors, "decoder.refine.stem", spec.RefineChannels, spec.RefineChannels, 3, spec.RefineChannels);
        for (var i = 0; i < spec.RefineBlocks; i++)
            AddBlock(tensors, $"decoder.refine.blocks.{i}", spec.RefineChannels, secondKernel: 3);
        AddConv(tensors, "decoder.refine.head", image, spec.RefineChannels, 3, image);
    }

    private static void AddBlock(List<ModelTensor> tensors, string name, int channels, int secondKernel)
    {
        AddConv(tensors, name + ".conv1", channels, channels, 3, channels);
        AddConv(tensors, name + ".conv2", channels, channels, secondKernel, channels);
    }

    private static void AddConv(List<ModelTensor> tensors, string name, int first, int second, int kernel, int biasLength)
    {
        Add(tensors, name + ".weight", first, second, kernel, kernel);
        Add(tensors, name + ".bias", biasLength);
    }

    private static void Add(List<ModelTensor> tensors, string name, params int[] shape)
    {
        var part = name.StartsWith("encoder.", StringComparison.Ordinal) ? ModelPart.Encoder
            : name.StartsWith("decoder.", StringComparison.Ordinal) ? ModelPart.Decoder
            : ModelPart.Quantizer;
        tensors.Add(new ModelTensor(name, part, shape));
    }
}
