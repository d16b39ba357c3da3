using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Metrics;
using VqVae.Trainer.Models;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class WindowedModelTests
{
    [Theory]
    [InlineData(Architecture.Klt, 16)]
    [InlineData(Architecture.Klt, 32)]
    [InlineData(Architecture.VqVae, 16)]
    [InlineData(Architecture.VqVae, 32)]
    public void EncodeDecode_InWindows_IsWhatTheWholeImageGives(Architecture architecture, int side)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var spec = architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae;
        using var model = Load(spec);
        var pixels = Pixels(151, 187);
        var (whole, windows) = (new WindowedModel(model, 1024), new WindowedModel(model, side));

        var expected = whole.Encode(pixels, 0, lambda: 300);
        var indices = windows.Encode(pixels, 0, lambda: 300);
        Assert.Equal(expected[0].shape, indices[0].shape);
        Assert.Equal(expected[0].data<long>().ToArray(), indices[0].data<long>().ToArray());

        var image = whole.Decode(expected, 1, 0, 151, 187);
        Assert.Equal([1, 151, 187, 3], image.shape);
        var difference = image.to(ScalarType.Int32).sub(windows.Decode(indices, 1, 0, 151, 187).to(ScalarType.Int32)).abs();
        Assert.True(difference.max().item<int>() <= 1, "rounding may differ by one step");
        Assert.True(difference.sum().item<long>() < 0.001 * 151 * 187 * 3);
    }

    [Fact]
    public void Encode_SizeThatTheStrideDoesNotDivide_RepeatsTheEdges()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        using var model = Load(RandomCheckpoint.TinyKlt);
        var pixels = Pixels(21, 30);
        var byHand = new byte[24 * 32 * 3];
        var original = TensorFiles.ToBytes(pixels);
        for (var y = 0; y < 24; y++)
            for (var x = 0; x < 32; x++)
                original.AsSpan(((Math.Min(y, 20) * 30) + Math.Min(x, 29)) * 3, 3).CopyTo(byHand.AsSpan(((y * 32) + x) * 3));
        var expected = model.EncodeIndices(PixelTensors.ToInput(TensorFiles.FromBytes(byHand, [1, 24, 32, 3], CPU), 3), 0, 0)[0];

        var indices = new WindowedModel(model, 1024).Encode(pixels, 0, 0)[0];

        Assert.Equal([1, 3, 3, 4], indices.shape);
        Assert.Equal(expected.data<long>().ToArray(), indices.data<long>().ToArray());
    }

    [Fact]
    public void SideFor_LargerModels_IsSmallerAndAMultipleOfTheStride()
    {
        Assert.Equal(2048, WindowedModel.SideFor(RandomCheckpoint.TinyKlt with { Codes = 2, Hidden = 1 }));
        var celeba = WindowedModel.SideFor(Preset.Celeba.Model);
        Assert.InRange(celeba, 256, 1024);
        Assert.Equal(0, celeba % Preset.Celeba.Model.LargestStride);
        Assert.InRange(WindowedModel.SideFor(Preset.Celeba.Model with { Codes = 65536, Hidden = 4096 }), 4, 256);
    }

    private static Autoencoder Load(ModelSpec spec)
    {
        using var stream = new MemoryStream();
        RandomCheckpoint.Create(spec, 3).WriteTo(stream);
        return Autoencoder.Load(Checkpoint.FromFile(SafetensorsFile.Parse(stream.ToArray())), CPU);
    }

    private static Tensor Pixels(int height, int width) => TensorFiles.FromBytes(DrawnImage.Rgb(width, height, 2), [1, height, width, 3], CPU);
}
