using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.ImageLibraries;

/// <summary>The model that the repository ships, loaded once for a test class.</summary>
public sealed class PhotoModel : IDisposable
{
    public VqCodec Codec { get; } = VqCodec.Load(
        Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name), new VqCodecOptions { Device = VqDevice.Cpu, Precision = VqPrecision.Fp32 });

    public void Dispose() => Codec.Dispose();
}
