namespace VqVae.Models.Tests;

public class MemoryCostTests
{
    /// <summary>
    /// Models, and the bytes per pixel that their encoder and decoder were measured to take: peak resident memory of two runs on 1024² pixels,
    /// less what was resident before (ONNX Runtime 1.31.1, x64, 2 threads).
    /// </summary>
    public static TheoryData<string, ModelSpec, double, double> Measured { get; } = new()
    {
        { "small", Preset.Small.Model, 71, 133 },
        { "celeba", Preset.Celeba.Model, 558, 1582 },
        { "tiny", Klt(16, 8, 1, 1, 20, 3, 8, 16, 1), 31, 80 },
        { "more codes", Klt(128, 64, 2, 3, 1024, 8, 8, 32, 1), 113, 133 },
        { "stride 16", Klt(256, 128, 2, 3, 512, 4, 16, 64, 2), 26, 286 },
        { "stride 4", Klt(64, 32, 2, 2, 256, 4, 4, 32, 1), 137, 135 },
        { "wide", Klt(256, 64, 1, 3, 256, 4, 8, 64, 2), 67, 259 },
        { "no blocks", Klt(96, 64, 0, 2, 64, 13, 8, 32, 0), 32, 135 },
        { "plain, tiny", new ModelSpec { Hidden = 16, EmbeddingDim = 8, EncoderBlocks = 1, DecoderBlocks = 1, Codes = 32, Stride = 4 }, 39, 99 },
        { "plain, stride 8", new ModelSpec { Hidden = 128, EmbeddingDim = 64, EncoderBlocks = 2, DecoderBlocks = 2, Codes = 1024, Stages = 2, Stride = 8 }, 298, 727 },
        { "plain, stride 2", new ModelSpec { Hidden = 64, EmbeddingDim = 16, EncoderBlocks = 2, DecoderBlocks = 2, Codes = 256, Stride = 2 }, 566, 300 },
    };

    [Theory]
    [MemberData(nameof(Measured))]
    public void Of_ModelsThatWereMeasured_IsMoreAndAtMostThreeTimes(string name, ModelSpec spec, double encoder, double decoder)
    {
        Assert.NotEmpty(name);
        var cost = MemoryCost.Of(spec);
        Assert.InRange(cost.Encoder / encoder, 1.15, 3);
        Assert.InRange(cost.Decoder / decoder, 1.15, 3);
    }

    private static ModelSpec Klt(int hidden, int dim, int encoder, int decoder, int codes, int stages, int stride, int refine, int refineBlocks) => new()
    {
        Architecture = Architecture.Klt,
        Hidden = hidden,
        EmbeddingDim = dim,
        EncoderBlocks = encoder,
        DecoderBlocks = decoder,
        Codes = codes,
        Stages = stages,
        Stride = stride,
        RefineChannels = refine,
        RefineBlocks = refineBlocks,
    };
}
