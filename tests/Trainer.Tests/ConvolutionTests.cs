using VqVae.Trainer.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class ConvolutionTests
{
    [Theory]
    [InlineData(32, 12, 3, true)]
    [InlineData(32, 12, 3, false)]
    [InlineData(24, 32, 3, true)]
    [InlineData(24, 32, 3, false)]
    [InlineData(52, 96, 3, true)]
    [InlineData(52, 96, 3, false)]
    [InlineData(16, 16, 3, true)]
    [InlineData(52, 40, 1, true)]
    public void Forward_MemoryFullOfNaN_GivesFiniteResultsAndGradients(int input, int output, int kernel, bool channelsLast)
    {
        using var outer = NewDisposeScope();
        random.manual_seed(1);
        using var layer = Layers.Conv(input, output, kernel);
        for (var round = 0; round < 20; round++)
        {
            using var scope = NewDisposeScope();
            LeaveNaN();
            var x = randn(channelsLast ? [4, 16, 16, input] : [4, input, 16, 16], requires_grad: true);
            var y = layer.call(channelsLast ? x.permute(0, 3, 1, 2) : x);
            LeaveNaN();
            y.square().sum().backward();
            Assert.True(y.isfinite().all().item<bool>(), $"the results of round {round} are not finite");
            Assert.True(x.grad!.isfinite().all().item<bool>(), $"the input's gradient of round {round} is not finite");
            Assert.True(layer.Weight.grad!.isfinite().all().item<bool>(), $"the weights' gradient of round {round} is not finite");
        }
    }

    [Theory]
    [InlineData(32, 12, 3, 1, false)]
    [InlineData(20, 24, 3, 1, false)]
    [InlineData(3, 20, 8, 8, false)]
    [InlineData(8, 12, 4, 2, true)]
    public void Forward_AnyChannels_EqualsTheSumWrittenOut(int input, int output, int kernel, int stride, bool transposed)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        random.manual_seed(2);
        using var layer = new Convolution(input, output, kernel, stride, transposed);
        var x = randn(2, input, 16, 16);
        var padding = (kernel - stride) / 2;
        var wide = transposed
            ? nn.functional.conv_transpose2d(x.to(ScalarType.Float64), layer.Weight.to(ScalarType.Float64), layer.Bias.to(ScalarType.Float64), [stride, stride], [padding, padding])
            : nn.functional.conv2d(x.to(ScalarType.Float64), layer.Weight.to(ScalarType.Float64), layer.Bias.to(ScalarType.Float64), [stride, stride], [padding, padding]);
        Assert.True(layer.call(x).to(ScalarType.Float64).allclose(wide, rtol: 1e-4, atol: 1e-5));
    }

    [Theory]
    [InlineData(16, 16, 3, 1)]
    [InlineData(20, 24, 3, 1)]
    [InlineData(16, 24, 1, 1)]
    [InlineData(3, 16, 4, 2)]
    public void Forward_ChannelsLast_StaysSo(int input, int output, int kernel, int stride)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var layer = Layers.Conv(input, output, kernel, stride);
        var y = nn.functional.relu(layer.call(randn(2, 16, 16, input).permute(0, 3, 1, 2)));
        Assert.Equal(1, y.stride(1));
        Assert.True(y.permute(0, 2, 3, 1).is_contiguous());
    }

    [Fact]
    public void Forward_BFloat16_ComputesInItAndGivesFloat32Gradients()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        using var layer = Layers.Conv(16, 32, 3);
        var x = randn(2, 16, 8, 8);
        var y = layer.call(x.to(ScalarType.BFloat16));
        Assert.Equal(ScalarType.BFloat16, y.dtype);
        Assert.True(y.to(ScalarType.Float32).allclose(layer.call(x), rtol: 0.05, atol: 0.05));
        y.sum().backward();
        Assert.Equal(ScalarType.Float32, layer.Weight.grad!.dtype);
    }

    /// <summary>Fills memory that is free again with NaN, as the bytes of a white image are one when read as floats.</summary>
    private static void LeaveNaN()
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < 12; i++)
            foreach (var size in (long[])[1024, 4096, 16384, 65536, 262144]) full(size, float.NaN);
    }
}
