using TorchSharp;

namespace VqVae.Trainer.Tests;

/// <summary>
/// Tests that compute with torch run one after another: the default random generator, the thread count and the number of live
/// tensors are the process's.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchTests : ICollectionFixture<TorchTests>
{
    public const string Name = "torch";

    public TorchTests() => torch.set_num_threads(1);
}
