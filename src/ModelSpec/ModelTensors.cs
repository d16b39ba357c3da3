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
    /// <summary>Codebooks of all stages of a model with one plane, <c>[L, K, D]</c>; of any plane <see cref="LatentLayout.CodebooksName"/>.</summary>
    public const string Codebooks = "quantizer.codebooks";

    /// <summary>
    /// Code lengths in bits of all stages of a model with one plane, <c>[L, K]</c>: the rate term of the encoder's search. Encoder side only. Of any plane
    /// <see cref="LatentLayout.CodeLengthsName"/>.
    /// </summary>
    public const string CodeLengths = "quantizer.code_lengths";

    /// <summary>Every tensor of a model with these hyperparameters, in a fixed order.</summary>
    public static IReadOnlyList<ModelTensor> For(ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        spec.Validate();
        var tensors = new List<ModelTensor>();
        switch (spec.Architecture)
        {
            case Architecture.Klt: AddKlt(spec, tensors); break;
            case Architecture.VqVae2: AddVqVae2(spec, tensors); break;
            case Architecture.LumaChroma: AddLumaChroma(spec, tensors); break;
            default: AddVqVae(spec, tensors); break;
        }

        foreach (var latent in spec.Latents)
        {
            int[] codes = spec.RatePoints == 1 ? [latent.Plane.Stages, latent.Plane.Codes] : [spec.RatePoints, latent.Plane.Stages, latent.Plane.Codes];
            Add(tensors, latent.CodebooksName, [.. codes, latent.Dimension]);
            Add(tensors, latent.CodeLengthsName, codes);
        }

        return tensors;
    }

    /// <summary>
    /// Whether decoding depends on the tensor: the decoder's weights and the codebooks, not the encoder and not the code lengths.
    /// These are the tensors in the <see cref="ModelId"/>.
    /// </summary>
    public static bool IsDecoderSide(ModelTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Part == ModelPart.Decoder || tensor.Name.EndsWith(".codebooks", StringComparison.Ordinal);
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
        AddConv(tensors, "decoder.klt", image * half * half, dim, 1, image * half * half);
        Add(tensors, "decoder.stages.weight", spec.Stages, hidden);
        AddRates(spec, tensors);
        AddConv(tensors, "decoder.stem", hidden, dim, 3, hidden);
        AddRefinement(spec, tensors);
    }

    private static void AddVqVae2(ModelSpec spec, List<ModelTensor> tensors)
    {
        var (hidden, dim) = (spec.Hidden, spec.EmbeddingDim);
        AddDown("encoder.bottom", spec.InputChannels, spec.Stride, spec.EncoderBlocks);
        AddDown("encoder.top", hidden, 2, spec.EncoderBlocks);
        AddConv(tensors, "encoder.top.head", dim, hidden, 1, dim);
        AddUp("encoder.top_decoder", dim, dim, 2, spec.EncoderBlocks);
        AddConv(tensors, "encoder.bottom.head", dim, dim + hidden, 1, dim);
        AddConv(tensors, "decoder.upsample", dim, dim, 4, dim);
        AddUp("decoder", 2 * dim, spec.InputChannels, spec.Stride, spec.DecoderBlocks);

        void AddDown(string name, int input, int stride, int blocks)
        {
            AddConv(tensors, name + ".down.0", hidden / 2, input, 4, hidden / 2);
            if (stride == 4) AddConv(tensors, name + ".down.1", hidden, hidden / 2, 4, hidden);
            AddConv(tensors, name + ".stem", hidden, stride == 4 ? hidden : hidden / 2, 3, hidden);
            AddBlocks(name, blocks);
        }

        void AddUp(string name, int input, int output, int stride, int blocks)
        {
            AddConv(tensors, name + ".stem", hidden, input, 3, hidden);
            AddBlocks(name, blocks);
            if (stride == 4) AddConv(tensors, name + ".up.0", hidden, hidden / 2, 4, hidden / 2);
            AddConv(tensors, $"{name}.up.{(stride == 4 ? 1 : 0)}", stride == 4 ? hidden / 2 : hidden, output, 4, output);
        }

        void AddBlocks(string name, int count)
        {
            for (var i = 0; i < count; i++)
            {
                AddConv(tensors, $"{name}.blocks.{i}.conv1", spec.ResidualChannels, hidden, 3, spec.ResidualChannels);
                AddConv(tensors, $"{name}.blocks.{i}.conv2", hidden, spec.ResidualChannels, 1, hidden);
            }
        }
    }

    private static void AddLumaChroma(ModelSpec spec, List<ModelTensor> tensors)
    {
        var (hidden, luma, chroma, stride, channels) = (spec.Hidden, spec.EmbeddingDim, spec.ChromaDim, spec.Stride, spec.InputChannels);
        AddConv(tensors, "encoder.luma.klt", luma, channels, stride, luma);
        AddConv(tensors, "encoder.chroma.klt", chroma, channels, 2 * stride, chroma);
        AddConv(tensors, "encoder.stem", hidden, channels, stride, hidden);
        for (var i = 0; i < spec.EncoderBlocks; i++)
            AddBlock(tensors, $"encoder.blocks.{i}", hidden, secondKernel: 3);
        AddConv(tensors, "encoder.luma.head", luma, hidden, 1, luma);
        AddConv(tensors, "encoder.chroma.down", hidden, hidden, 2, hidden);
        AddConv(tensors, "encoder.chroma.head", chroma, hidden, 1, chroma);

        var (half, image) = (stride / 2, 4 * channels);
        AddConv(tensors, "decoder.luma.klt", image * half * half, luma, 1, image * half * half);
        AddConv(tensors, "decoder.chroma.klt", image * stride * stride, chroma, 1, image * stride * stride);
        Add(tensors, "decoder.luma.stages.weight", spec.Stages, hidden);
        Add(tensors, "decoder.chroma.stages.weight", spec.ChromaStages, hidden);
        AddRates(spec, tensors);
        AddConv(tensors, "decoder.luma.stem", hidden, luma, 3, hidden);
        AddConv(tensors, "decoder.chroma.stem", 4 * hidden, chroma, 1, 4 * hidden);
        AddRefinement(spec, tensors);
    }

    /// <summary>What tells the networks the rate point, where there are several.</summary>
    private static void AddRates(ModelSpec spec, List<ModelTensor> tensors)
    {
        if (spec.RatePoints == 1) return;
        Add(tensors, "encoder.rates.weight", spec.RatePoints, spec.Hidden);
        Add(tensors, "decoder.rates.weight", spec.RatePoints, spec.Hidden);
    }

    /// <summary>The decoder's blocks at the latent's resolution and its part at half the image's.</summary>
    private static void AddRefinement(ModelSpec spec, List<ModelTensor> tensors)
    {
        var (half, image) = (spec.Stride / 2, 4 * spec.InputChannels);
        var features = spec.RefineChannels - image;
        for (var i = 0; i < spec.DecoderBlocks; i++)
            AddBlock(tensors, $"decoder.blocks.{i}", spec.Hidden, secondKernel: 3);
        AddConv(tensors, "decoder.expand", features * half * half, spec.Hidden, 1, features * half * half);
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
