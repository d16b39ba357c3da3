using VqVae.Models;

namespace VqVae.Runtime.Tests;

public sealed class PrecisionChoiceTests(TinyModel model) : IClassFixture<TinyModel>
{
    private static readonly ManifestVariant Variant = new() { IndexAgreement = 1, MaxPixelDifference = 2, MeanPixelDifference = 0.1, PsnrLoss = 0.01 };

    [Theory]
    [InlineData("cpu", true, VqPrecision.Int8)]
    [InlineData("cpu", false, VqPrecision.Fp32)]
    [InlineData("cuda", true, VqPrecision.Fp16)]
    [InlineData("cuda", false, VqPrecision.Fp16)]
    public void Choose_AutoOfAModelWithAll_IsTheDevicesFastest(string device, bool cpuHasInt8Products, VqPrecision expected) =>
        Assert.Equal(expected, PrecisionChoice.Choose(VqPrecision.Auto, Manifest("int8", "fp16"), VqDevice.Parse(device), cpuHasInt8Products));

    [Theory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    public void Choose_AutoOfAModelWithTheReferenceAlone_IsFp32(string device) =>
        Assert.Equal(VqPrecision.Fp32, PrecisionChoice.Choose(VqPrecision.Auto, Manifest(), VqDevice.Parse(device), true));

    [Theory]
    [InlineData(VqPrecision.Fp32)]
    [InlineData(VqPrecision.Int8)]
    [InlineData(VqPrecision.Fp16)]
    public void Choose_OneThatTheModelHas_IsWhatWasAskedFor(VqPrecision asked) =>
        Assert.Equal(asked, PrecisionChoice.Choose(asked, Manifest("int8", "fp16"), VqDevice.Cpu, false));

    [Fact]
    public void Choose_OneThatTheModelLacks_SaysWhichThereAreAndHowToGetIt()
    {
        var error = Assert.Throws<ArgumentException>(() => PrecisionChoice.Choose(VqPrecision.Int8, Manifest("fp16"), VqDevice.Cpu, true));
        Assert.Equal("precision: the model 'tiny' has no int8 graphs, only fp32, fp16; export it with --precision int8", error.Message);
    }

    [Fact]
    public void Load_PrecisionThatTheModelLacks_Throws() =>
        Assert.Throws<ArgumentException>(() => VqCodec.Load(model.Folder, new VqCodecOptions { Precision = VqPrecision.Int8 }));

    [Theory]
    [InlineData(VqCodecUse.Both)]
    [InlineData(VqCodecUse.Compress)]
    [InlineData(VqCodecUse.Decompress)]
    public void Load_ForAnyUse_DoesBothAllTheSame(VqCodecUse use)
    {
        using var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Use = use });
        var rgb = TestSupport.DrawnImage.Rgb(40, 24, seed: 3);
        var vq = codec.Compress(rgb, 40, 24);
        Assert.Equal(model.Codec.Compress(rgb, 40, 24), vq);
        Assert.Equal(model.Codec.Decompress(vq).Pixels, codec.Decompress(vq).Pixels);
    }

    [Fact]
    public void Load_ForAnUnknownUse_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VqCodec.Load(model.Folder, new VqCodecOptions { Use = (VqCodecUse)3 }));

    private ModelManifest Manifest(params string[] variants) =>
        model.Codec.Manifest with { Variants = variants.ToDictionary(name => name, _ => Variant) };
}
