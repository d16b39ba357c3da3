using TorchSharp.Modules;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>The networks' layers, as they are in all of them.</summary>
internal static class Layers
{
    /// <summary>A convolution whose padding keeps <c>output = input / stride</c>.</summary>
    public static Convolution Conv(int input, int output, int kernel, int stride = 1) => new(input, output, kernel, stride, transposed: false);

    /// <summary>A transposed convolution of kernel 4 that doubles the size.</summary>
    public static Convolution Upsample(int input, int output) => new(input, output, kernel: 4, stride: 2, transposed: true);

    /// <summary>Makes a layer give zero until it has learnt something.</summary>
    public static void StartAtZero(this Convolution layer)
    {
        using var gradients = no_grad();
        nn.init.zeros_(layer.Weight);
        nn.init.zeros_(layer.Bias);
    }

    /// <summary>A table of bias vectors, one a stage or rate point, that starts at zero.</summary>
    public static Embedding BiasTable(int rows, int channels)
    {
        using var gradients = no_grad();
        var table = nn.Embedding(rows, channels);
        nn.init.zeros_(table.weight!);
        return table;
    }

    /// <summary>Bias vectors of a table, to be added to feature maps of a type: <c>[N,C,1,1]</c> or, for one row, <c>[1,C,1,1]</c>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">int64 <c>[N]</c>.</param>
    /// <param name="type">The feature maps' type.</param>
    public static Tensor Biases(this Embedding table, Tensor rows, ScalarType type)
    {
        using var scope = NewDisposeScope();
        return table.call(rows).unsqueeze(-1).unsqueeze(-1).to(type).MoveToOuterDisposeScope();
    }

    /// <summary>The same for a row that is the same for all images.</summary>
    public static Tensor Biases(this Embedding table, int row, ScalarType type)
    {
        using var scope = NewDisposeScope();
        return table.weight!.narrow(0, row, 1).unsqueeze(-1).unsqueeze(-1).to(type).MoveToOuterDisposeScope();
    }
}
