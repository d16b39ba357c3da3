using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>A tiny model, trained and exported once by the tools as a user runs them.</summary>
public abstract class TrainedModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected TrainedModel(params string[] fitOptions)
    {
        Picture.SaveTrainingSet(_folder["pictures"], count: 24);
        Fit = ToolProcess.Run("trainer", ["fit", "--data", _folder["pictures"], "--out", Run, "--seed", "3", "--device", "cpu", "--threads", "1", .. fitOptions]);
        if (Fit.ExitCode == 0) Export = ToolProcess.Run("exporter", [Run, "--out", Model]);
    }

    /// <summary>What <c>trainer fit</c> said.</summary>
    internal ToolResult Fit { get; }

    /// <summary>What <c>exporter</c> said, if training worked.</summary>
    internal ToolResult? Export { get; }

    /// <summary>The run folder.</summary>
    internal string Run => _folder["run"];

    /// <summary>The model folder.</summary>
    internal string Model => _folder["model"];

    /// <summary>The exported model's manifest.</summary>
    internal ModelManifest Manifest
    {
        get
        {
            Assert.True(Fit.ExitCode == 0, Fit.ToString());
            Assert.True(Export!.ExitCode == 0, Export.ToString());
            return ModelManifest.Load(Model);
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A codec-grade model of three residual levels.</summary>
public sealed class TrainedKlt() : TrainedModel(
    "--preset", "small", "--hidden", "16", "--embedding-dim", "24", "--residual-blocks", "1", "--codes", "48", "--stages", "3",
    "--crop", "64", "--batch", "4", "--steps", "30", "--report-every", "5", "--validate-every", "15", "--samples-every", "30");

/// <summary>The plain VQ-VAE.</summary>
public sealed class TrainedVqVae() : TrainedModel(
    "--preset", "celeba", "--hidden", "16", "--embedding-dim", "8", "--residual-blocks", "1", "--codes", "32",
    "--resize", "32", "--batch", "4", "--steps", "500", "--lr", "2e-3", "--report-every", "50");
