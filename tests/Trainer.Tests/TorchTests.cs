using TorchSharp;
using VqVae.Trainer.Native;

namespace VqVae.Trainer.Tests;

/// <summary>
/// Tests that compute with torch run one after another: the default random generator, the thread count and the number of live
/// tensors are the process's.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchTests : ICollectionFixture<TorchTests>, IDisposable
{
    private readonly IDisposable _pause;

    public const string Name = "torch";

    public TorchTests()
    {
        Nnpack.TurnOff(AppLibraries.LibTorch);
        torch.set_num_threads(1);
        _pause = CollectionPause.Enter();
    }

    public void Dispose() => _pause.Dispose();
}
