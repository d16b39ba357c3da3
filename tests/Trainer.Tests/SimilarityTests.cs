using VqVae.TestSupport;
using VqVae.Trainer.Metrics;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class SimilarityTests
{
    [Theory]
    [InlineData(30, 41)]
    [InlineData(11, 11)]
    [InlineData(7, 20)]
    [InlineData(6, 1)]
    public void Ssim_AnyTwoImages_IsTheFormulaOfThePaper(int height, int width)
    {
        using var scope = NewDisposeScope();
        var (a, b) = Pair(height, width, noise: 40);
        var expected = Enumerable.Range(0, 3).Average(c => ReferenceSimilarity.Ssim(Plane(a, c), Plane(b, c), 255).Similarity);
        Assert.Equal(expected, Ssim.PerImage(a, b, ValueRange.EightBit).item<double>(), 9);
        Assert.Equal(expected, Single(Ssim.PerImage(a.@float(), b.@float(), ValueRange.EightBit)), 4);
    }

    [Fact]
    public void Ssim_DrawnPattern_IsWhatScikitImageComputes()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (new double[40 * 52], new double[40 * 52]);
        for (var y = 0; y < 40; y++)
        {
            for (var x = 0; x < 52; x++)
            {
                var i = (y * 52) + x;
                a[i] = Math.Round(Math.Abs(Math.Sin(x * 0.3) * Math.Cos(y * 0.2)) * 255);
                b[i] = Math.Clamp(a[i] + (((x * 7) + (y * 13)) % 41) - 20, 0, 255);
            }
        }

        // skimage.metrics.structural_similarity 0.19.3 with data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False.
        Assert.Equal(0.97082627490113, Ssim.PerImage(tensor(a).view(1, 1, 40, 52), tensor(b).view(1, 1, 40, 52), ValueRange.EightBit).item<double>(), 12);
    }

    [Theory]
    [InlineData(161, 175, 5)]
    [InlineData(83, 130, 4)]
    [InlineData(24, 21, 2)]
    [InlineData(9, 20, 1)]
    public void MsSsim_AnyTwoImages_IsTheFormulaOfThePaper(int height, int width, int scales)
    {
        using var scope = NewDisposeScope();
        var (a, b) = Pair(height, width, noise: 60);
        var expected = ReferenceSimilarity.MsSsim(Plane(a, 1), Plane(b, 1), 255, scales);
        Assert.Equal(scales, MsSsim.Scales(height, width));
        Assert.Equal(expected, MsSsim.PerImage(a.narrow(1, 1, 1), b.narrow(1, 1, 1), ValueRange.EightBit).item<double>(), 9);
        Assert.Equal(expected, Single(MsSsim.PerImage(a.narrow(1, 1, 1).@float(), b.narrow(1, 1, 1).@float(), ValueRange.EightBit)), 5);
    }

    [Theory]
    [InlineData(161, 5)]
    [InlineData(160, 4)]
    [InlineData(81, 4)]
    [InlineData(80, 3)]
    [InlineData(41, 3)]
    [InlineData(40, 2)]
    [InlineData(21, 2)]
    [InlineData(20, 1)]
    [InlineData(1, 1)]
    public void Scales_SizesAroundTheLimits_AreTheDocumentedOnes(int side, int expected)
    {
        Assert.Equal(expected, MsSsim.Scales(side, 500));
        Assert.Equal(expected, MsSsim.Scales(500, side));
    }

    [Fact]
    public void Similarities_EqualImages_AreExactlyOne()
    {
        using var scope = NewDisposeScope();
        var image = Pair(170, 190, noise: 0).Original.@float();
        Assert.Equal(1f, Single(Ssim.PerImage(image, image, ValueRange.EightBit)));
        Assert.Equal(1f, Single(MsSsim.PerImage(image, image, ValueRange.EightBit)));
    }

    [Fact]
    public void Similarities_SwappedImages_AreTheSame()
    {
        using var scope = NewDisposeScope();
        var (a, b) = Pair(90, 90, noise: 30);
        Assert.Equal(Ssim.PerImage(a, b, ValueRange.EightBit).item<double>(), Ssim.PerImage(b, a, ValueRange.EightBit).item<double>(), 12);
        Assert.Equal(MsSsim.PerImage(a, b, ValueRange.EightBit).item<double>(), MsSsim.PerImage(b, a, ValueRange.EightBit).item<double>(), 12);
    }

    [Theory]
    [InlineData(50, 200)]
    [InlineData(0, 255)]
    [InlineData(7, 8)]
    public void Similarities_ConstantImages_HaveTheirClosedForm(int first, int second)
    {
        // No variance: contrast and structure are 1, and only brightness is left, in MS-SSIM on the coarsest scale alone.
        using var scope = NewDisposeScope();
        var c1 = Math.Pow(0.01 * 255, 2);
        var luminance = ((2.0 * first * second) + c1) / ((first * first) + (second * second) + c1);
        var (a, b) = (full([1, 1, 180, 180], first, ScalarType.Float32), full([1, 1, 180, 180], second, ScalarType.Float32));
        Assert.Equal(luminance, Ssim.PerImage(a.@double(), b.@double(), ValueRange.EightBit).item<double>(), 9);
        Assert.Equal(Math.Pow(luminance, 0.1333), MsSsim.PerImage(a.@double(), b.@double(), ValueRange.EightBit).item<double>(), 9);

        // In float32 the variances of flat regions are not quite zero.
        Assert.Equal(luminance, Single(Ssim.PerImage(a, b, ValueRange.EightBit)), 3);
        Assert.Equal(Math.Pow(luminance, 0.1333), Single(MsSsim.PerImage(a, b, ValueRange.EightBit)), 3);
    }

    [Fact]
    public void Similarities_SamePixelsInAnotherRange_AreTheSame()
    {
        using var scope = NewDisposeScope();
        var (a, b) = Pair(90, 90, noise: 30);
        var (x, y) = (a.div(127.5).sub(1), b.div(127.5).sub(1));
        Assert.Equal(Ssim.PerImage(a, b, ValueRange.EightBit).item<double>(), Ssim.PerImage(x, y, ValueRange.Networks).item<double>(), 9);
        Assert.Equal(MsSsim.PerImage(a, b, ValueRange.EightBit).item<double>(), MsSsim.PerImage(x, y, ValueRange.Networks).item<double>(), 9);
    }

    [Fact]
    public void Similarities_MoreNoise_AreLower()
    {
        using var scope = NewDisposeScope();
        var (single, multi) = (1.0, 1.0);
        foreach (var noise in (ReadOnlySpan<int>)[5, 15, 45, 135])
        {
            var (original, noisy) = Pair(170, 170, noise);
            var ssim = Ssim.PerImage(original, noisy, ValueRange.EightBit).item<double>();
            var msSsim = MsSsim.PerImage(original, noisy, ValueRange.EightBit).item<double>();
            Assert.True(ssim < single && msSsim < multi, $"noise {noise}");
            (single, multi) = (ssim, msSsim);
        }
    }

    [Fact]
    public void Similarities_OfABatch_AreThoseOfItsImages()
    {
        using var scope = NewDisposeScope();
        var (a, b) = Pair(60, 50, noise: 20);
        var (c, d) = Pair(60, 50, noise: 70);
        var batch = MsSsim.WithSsim(cat([a, c]), cat([b, d]), ValueRange.EightBit);
        Assert.Equal([2L], batch.Ssim.shape);
        Assert.Equal(Ssim.PerImage(c, d, ValueRange.EightBit).item<double>(), batch.Ssim[1].item<double>(), 12);
        Assert.Equal(MsSsim.PerImage(a, b, ValueRange.EightBit).item<double>(), batch.MsSsim[0].item<double>(), 12);
        Assert.NotEqual(batch.MsSsim[0].item<double>(), batch.MsSsim[1].item<double>(), 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9000)]
    [InlineData(1 << 20)]
    public void Means_BandsOfAnyHeight_AreThoseOfTheWhole(long bandValues)
    {
        using var scope = NewDisposeScope();
        var (a, b) = Pair(137, 40, noise: 50);
        var (x, y) = (ValueRange.EightBit.Centre(a), ValueRange.EightBit.Centre(b));
        var (similarity, contrast) = Ssim.Means(x, y, bandValues);
        for (var c = 0; c < 3; c++)
        {
            var expected = ReferenceSimilarity.Ssim(Plane(a, c), Plane(b, c), 255);
            Assert.Equal(expected.Similarity, similarity[0, c].item<double>(), 9);
            Assert.Equal(expected.Contrast, contrast[0, c].item<double>(), 9);
        }
    }

    [Fact]
    public void Similarities_Gradients_AreThoseOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        var (target, noisy) = Pair(24, 22, noise: 60);
        foreach (var similarity in (Func<Tensor, Tensor, ValueRange, Tensor>[])[Ssim.PerImage, MsSsim.PerImage])
        {
            var x = noisy.clone().requires_grad_();
            similarity(x, target, ValueRange.EightBit).sum().backward();
            foreach (var (channel, row, column) in ((int, int, int)[])[(0, 4, 3), (1, 12, 11), (2, 19, 18), (0, 5, 17)])
            {
                const double Step = 1e-3;
                var difference = (Changed(Step) - Changed(-Step)) / (2 * Step);
                Assert.True(Math.Abs(difference) > 1e-7, "the pixel has an influence");
                Assert.Equal(1, x.grad![0, channel, row, column].item<double>() / difference, 4);

                double Changed(double by)
                {
                    var changed = noisy.clone();
                    changed[0, channel, row, column] = changed[0, channel, row, column].add(by);
                    return similarity(changed, target, ValueRange.EightBit).item<double>();
                }
            }
        }
    }

    [Fact]
    public void MsSsim_OppositeStructures_IsZeroWithFiniteGradients()
    {
        using var scope = NewDisposeScope();
        var image = Pair(90, 90, noise: 60).Noisy.@float();
        var opposite = image.neg().add(255).requires_grad_();
        var similarity = MsSsim.PerImage(opposite, image, ValueRange.EightBit);
        Assert.Equal(0f, Single(similarity));
        similarity.sum().backward();
        Assert.True(opposite.grad!.isfinite().all().item<bool>());
    }

    [Fact]
    public void Similarities_RepeatedOnLargeImages_KeepNoTensors()
    {
        using var scope = NewDisposeScope();
        var (a, b) = Pair(60, 60, noise: 10);
        using var warm = MsSsim.PerImage(a, b, ValueRange.EightBit);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++) MsSsim.PerImage(a, b, ValueRange.EightBit).Dispose();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Luma_OfRgb_HasTheWeightsOfBt601()
    {
        using var scope = NewDisposeScope();
        var rgb = tensor(new float[] { 255, 0, 0, 10, 0, 255, 0, 20, 0, 0, 255, 30 }).view(1, 3, 1, 4);
        var luma = Luma.Of(rgb);
        Assert.Equal([1, 1, 1, 4], luma.shape);
        var values = luma.data<float>().ToArray();
        double[] expected = [76.245, 149.685, 29.07, 18.15];
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], values[i], 3);
        Assert.Equal(values, Luma.Of(luma).data<float>().ToArray());
    }

    [Fact]
    public void Psnr_KnownErrors_IsTheFormula()
    {
        using var scope = NewDisposeScope();
        var a = zeros(2, 1, 4, 5);
        var b = a.clone();
        b[0] = b[0].add(2);
        b[1, 0, 0, 0] = tensor(10f);
        var errors = Psnr.MeanSquaredErrors(a, b).data<double>().ToArray();
        Assert.Equal([4, 5], errors);
        Assert.Equal(42.1102, Psnr.Of(errors[0], 255), 4);
        Assert.Equal(Psnr.Most, Psnr.Of(0, 255));
    }

    /// <summary>A drawn picture and the same with noise, float64 <c>[1,3,H,W]</c> in [0, 255].</summary>
    private static (Tensor Original, Tensor Noisy) Pair(int height, int width, int noise)
    {
        var pixels = DrawnImage.Rgb(width, height, seed: 5);
        var random = new Random(noise);
        double[] clean = [.. pixels.Select(p => (double)p)];
        double[] noisy = [.. clean.Select(p => Math.Clamp(p + random.Next(-noise, noise + 1), 0, 255))];
        return (Image(clean), Image(noisy));

        Tensor Image(double[] values) => tensor(values).view(1, height, width, 3).permute(0, 3, 1, 2).contiguous();
    }

    private static double[,] Plane(Tensor image, int channel)
    {
        var (height, width) = ((int)image.shape[2], (int)image.shape[3]);
        var values = image[0, channel].contiguous().data<double>().ToArray();
        var plane = new double[height, width];
        Buffer.BlockCopy(values, 0, plane, 0, values.Length * sizeof(double));
        return plane;
    }

    private static float Single(Tensor value) => value.item<float>();
}
