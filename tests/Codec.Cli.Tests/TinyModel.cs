using VqVae.Exporter;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Model folders with random weights, made once for all tests of the process.</summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyModel()
    {
        Folder = Export(seed: 1);
        OtherFolder = Export(seed: 2);
    }

    /// <summary>A model of three stages.</summary>
    public string Folder { get; }

    /// <summary>Another model of the same shape, which must not open the first one's files.</summary>
    public string OtherFolder { get; }

    public void Dispose() => _folder.Dispose();

    private string Export(int seed)
    {
        var run = _folder[$"run{seed}"];
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed, run);
        var model = _folder[$"model{seed}"];
        ModelExporter.Export(run, model, new ExportOptions { Unverified = true, Name = $"tiny{seed}" });
        return model;
    }
}
