using System.Runtime.InteropServices;
using VqVae.Trainer.CommandLine;

namespace VqVae.Trainer.Tests;

public sealed class ErrorLineTests
{
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB\nException raised from malloc", "libtorch: CUDA out of memory. Tried to allocate 2.00 GiB; try a smaller --batch or --crop")]
    [InlineData("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes\nmore", "libtorch: DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes; try a smaller --batch or --crop")]
    [InlineData("The size of tensor a must match\nmore", "libtorch: The size of tensor a must match")]
    public void Message_OfLibTorch_IsItsFirstLineAndWhatToDo(string message, string expected) =>
#pragma warning disable CA2201 // What TorchSharp throws.
        Assert.Equal(expected, TrainerProgram.Errors.Message(new ExternalException(message)));
#pragma warning restore CA2201
}
