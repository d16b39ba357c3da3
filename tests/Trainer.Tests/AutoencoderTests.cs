using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class AutoencoderTests
{
    public static TheoryData<string> Presets => [.. Preset.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void NamedTensors_OfAPreset_AreTheDocumentedOnes(string name)
    {
        var preset = Preset.Find(name);
        using var model = new Autoencoder(preset.Model, preset.Training.CodebookLearning);
        var expected = ModelTensors.For(preset.Model).Select(t => $"{t.Name} [{string.Join(", ", t.Shape)}]").Order(StringComparer.Ordinal);
        Assert.Equal(expected, model.NamedTensors().Select(t => $"{t.Name} [{string.Join(", ", t.Value.shape)}]").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Architecture.Klt, 1)]
    [InlineData(Architecture.Klt, 3)]
    [InlineData(Architecture.VqVae, 1)]
    [InlineData(Architecture.VqVae, 3)]
    public void EncodeDecode_AnySizeOfTheStride_KeepsTheSize(Architecture architecture, int channels)
    {
        using var scope = NewDisposeScope();
        var spec = (architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae) with { InputChannels = channels };
        using var model = new Autoencoder(spec, CodebookLearning.Ema);
        var (height, width) = (3 * spec.Stride, 5 * spec.Stride);
        var images = zeros(2, channels, height, width);
        Assert.Equal([2, spec.EmbeddingDim, 3, 5], model.Latents(images, 0).shape);
        var decoded = model.DecodeIndices(model.EncodeIndices(images, 0, 0), 1, 0);
        Assert.Equal([2, channels, height, width], decoded.shape);
    }

    [Fact]
    public void KltStart_AllDimensions_ReconstructsExactly()
    {
        using var scope = NewDisposeScope();
        var spec = RandomCheckpoint.TinyKlt with { Stride = 4, EmbeddingDim = 48, RefineChannels = 16 };
        using var model = new Autoencoder(spec, CodebookLearning.Ema);
        var images = Images(4, 64);
        KltStart.Apply(model, images);

        // Both residual branches start at zero, so this is the linear transform and back.
        using var gradients = no_grad();
        var latents = model.Latents(images, 0);
        var decoded = model.Decode([latents], full([4], spec.Stages, ScalarType.Int64));
        Assert.True(decoded.sub(images).abs().max().item<float>() < 1e-4f);
    }

    [Fact]
    public void KltStart_FewDimensions_IsOrthonormalAndKeepsTheStrongest()
    {
        using var scope = NewDisposeScope();
        var spec = RandomCheckpoint.TinyKlt;
        using var model = new Autoencoder(spec, CodebookLearning.Ema);
        var images = Images(6, 96);
        KltStart.Apply(model, images);
        using var gradients = no_grad();
        var basis = model.NamedTensors().First(t => t.Name == "encoder.klt.weight").Value.reshape(spec.EmbeddingDim, -1);
        Assert.True(basis.mm(basis.t()).allclose(eye(spec.EmbeddingDim), atol: 1e-4));

        var variances = model.Latents(images, 0).permute(1, 0, 2, 3).reshape(spec.EmbeddingDim, -1).var(1).data<float>().ToArray();
        Assert.Equal(variances.OrderDescending(), variances);
        Assert.True(model.Latents(images, 0).mean([0, 2, 3]).abs().max().item<float>() < 1e-3f, "the patches' mean is taken off");
    }

    [Fact]
    public void ToPixels_BetweenAndBeyondTheSteps_RoundsToEvenAndClips()
    {
        using var scope = NewDisposeScope();
        var pixels = PixelTensors.ToPixels(tensor(new float[] { -2, -1, 0, 1, 3 }).view(1, 1, 1, 5));
        Assert.Equal([1, 1, 5, 3], pixels.shape);

        // 0 lies between 127 and 128: half to even.
        Assert.Equal<byte>([0, 0, 128, 255, 255], pixels.select(3, 2).contiguous().data<byte>().ToArray());
    }

    [Fact]
    public void ToInput_Pixels_ComeBackUnchanged()
    {
        using var scope = NewDisposeScope();
        var pixels = arange(0, 256, ScalarType.Int32).to(ScalarType.Byte).repeat_interleave(3).view(1, 16, 16, 3);
        Assert.Equal(pixels.data<byte>().ToArray(), PixelTensors.ToPixels(PixelTensors.ToInput(pixels, 3)).data<byte>().ToArray());
        var luma = PixelTensors.ToInput(tensor(new byte[] { 255, 0, 0 }, ScalarType.Byte).view(1, 1, 1, 3), 1);
        Assert.Equal((0.299 * 2) - 1, luma.item<float>(), 5);
    }

    [Fact]
    public void DecodeIndices_OnTwoThreads_GivesWhatOneGives()
    {
        // The preset's own sizes: smaller layers do not show what libtorch gets wrong where feature maps lie channels last.
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        random.manual_seed(5);
        using var model = new Autoencoder(Preset.Small.Model, CodebookLearning.Ema);
        foreach (var parameter in model.parameters()) parameter.add_(randn(parameter.shape).mul(0.02));
        var indices = model.EncodeIndices(Images(2, 128), 0, 0);
        var one = model.DecodeIndices(indices, 1, 0);
        set_num_threads(2);
        try
        {
            Assert.InRange(model.DecodeIndices(indices, 1, 0).sub(one).abs().max().item<float>(), 0, 1e-4f * one.abs().max().item<float>());
        }
        finally
        {
            set_num_threads(1);
        }
    }

    private static Tensor Images(int count, int size)
    {
        var bytes = Enumerable.Range(0, count).SelectMany(i => DrawnImage.Rgb(size, size, i)).ToArray();
        return PixelTensors.ToInput(tensor(bytes, ScalarType.Byte).view(count, size, size, 3), 3);
    }
}
