using TorchSharp.Modules;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary><c>h + conv2(ReLU(conv1(h)))</c>, with a 3×3 <c>conv1</c>.</summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    private readonly Convolution _conv1;
    private readonly Convolution _conv2;
    private readonly bool _reluFirst;

    /// <param name="channels">Channels in and out.</param>
    /// <param name="inner">Channels between the two convolutions.</param>
    /// <param name="secondKernel">Kernel of <c>conv2</c>: 1 or 3.</param>
    /// <param name="reluFirst">Whether the branch begins with a ReLU, as the plain VQ-VAE's does.</param>
    public ResidualBlock(int channels, int inner, int secondKernel, bool reluFirst)
        : base(nameof(ResidualBlock))
    {
        _conv1 = Layers.Conv(channels, inner, 3);
        _conv2 = Layers.Conv(inner, channels, secondKernel);
        _reluFirst = reluFirst;
        register_module("conv1", _conv1);
        register_module("conv2", _conv2);
    }

    public override Tensor forward(Tensor h)
    {
        using var scope = NewDisposeScope();
        var branch = _reluFirst ? nn.functional.relu(h) : h;
        branch = _conv2.call(nn.functional.relu(_conv1.call(branch)));
        return h.add(branch).MoveToOuterDisposeScope();
    }

    /// <summary>A list of blocks, to be registered under one name.</summary>
    /// <param name="count">How many.</param>
    /// <param name="channels">Channels in and out.</param>
    /// <param name="secondKernel">Kernel of the second convolution.</param>
    /// <param name="reluFirst">Whether each branch begins with a ReLU.</param>
    /// <param name="inner">Channels between the two convolutions; by default as many as outside.</param>
    public static ModuleList<ResidualBlock> Stack(int count, int channels, int secondKernel, bool reluFirst, int? inner = null) =>
        new([.. Enumerable.Range(0, count).Select(_ => new ResidualBlock(channels, inner ?? channels, secondKernel, reluFirst))]);
}
