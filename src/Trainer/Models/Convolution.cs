using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// A convolution, transposed or not, that computes in the type of its input: given bfloat16 it casts its float32 weights, which is all that mixed precision
/// needs (the gradients come back to the float32 weights through the cast).
/// </summary>
/// <remarks>The padding keeps sizes multiples of each other: <c>output = input / stride</c>, or <c>input · stride</c> where transposed.</remarks>
internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    /// <summary>Channels of oneDNN's widest blocks.</summary>
    private const int Block = 16;

    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly bool _transposed;
    private readonly int _inputPadding;
    private readonly int _outputPadding;

    /// <param name="input">Channels in.</param>
    /// <param name="output">Channels out.</param>
    /// <param name="kernel">Side of the kernel; kernel − stride is even.</param>
    /// <param name="stride">Step of the kernel.</param>
    /// <param name="transposed">Whether it enlarges.</param>
    public Convolution(int input, int output, int kernel, int stride, bool transposed)
        : base(nameof(Convolution))
    {
        _transposed = transposed;
        if (!transposed && stride == 1 && kernel > 1) (_inputPadding, _outputPadding) = ((Block - (input % Block)) % Block, (Block - (output % Block)) % Block);
        _stride = [stride, stride];
        _padding = [(kernel - stride) / 2, (kernel - stride) / 2];

        // PyTorch's initialisation (He et al. 2015 with a = √5) of weights and bias, by its own layer.
        var (weight, bias) = transposed
            ? Parameters(nn.ConvTranspose2d(input, output, kernel, stride))
            : Parameters(nn.Conv2d(input, output, kernel, stride));
        register_parameter("weight", weight);
        register_parameter("bias", bias);
    }

    /// <summary><c>[out,in,k,k]</c>, or <c>[in,out,k,k]</c> where transposed.</summary>
    public Parameter Weight => get_parameter("weight")!;

    /// <summary><c>[out]</c>.</summary>
    public Parameter Bias => get_parameter("bias")!;

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = ((Tensor)Weight, (Tensor)Bias);
        if (x.dtype != weight.dtype) (weight, bias) = (weight.to(x.dtype), bias.to(x.dtype));
        if (_transposed) return nn.functional.conv_transpose2d(x, weight, bias, _stride, _padding).MoveToOuterDisposeScope();
        if (_inputPadding + _outputPadding == 0 || x.device_type != DeviceType.CPU) return nn.functional.conv2d(x, weight, bias, _stride, _padding).MoveToOuterDisposeScope();
        return WholeBlocks(x, weight, bias).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The same with channels of zeros up to whole blocks. Where channels do not fill one, oneDNN's AVX-512 kernels for 3×3 convolutions (libtorch 2.10) read
    /// memory that nobody wrote and multiply it by zero: harmless unless it happens to be a NaN, such as the bytes of a white image, and then
    /// results or gradients are NaN. Seen forward with 24 and 52 channels in, and backward with 3, 12 and 20 channels out.
    /// </summary>
    private Tensor WholeBlocks(Tensor x, Tensor weight, Tensor bias)
    {
        using var scope = NewDisposeScope();
        if (_inputPadding > 0) x = nn.functional.pad(x, [0, 0, 0, 0, 0, _inputPadding]);
        weight = nn.functional.pad(weight, [0, 0, 0, 0, 0, _inputPadding, 0, _outputPadding]);
        bias = nn.functional.pad(bias, [0, _outputPadding]);
        var y = nn.functional.conv2d(x, weight, bias, _stride, _padding);
        return (_outputPadding > 0 ? y.narrow(1, 0, y.shape[1] - _outputPadding) : y).MoveToOuterDisposeScope();
    }

    private static (Parameter Weight, Parameter Bias) Parameters(TorchSharp.Modules.Convolution layer)
    {
        using (layer) return (new Parameter(layer.weight!.detach().clone()), new Parameter(layer.bias!.detach().clone()));
    }
}
