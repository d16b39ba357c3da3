using System.Security.Cryptography;
using VqVae.Models;

namespace VqVae.Exporter;

/// <summary>Turns a run folder (weights, parity samples) into a model folder (two graphs and a manifest).</summary>
public static class ModelExporter
{
    /// <summary>Writes a model folder, whole or not at all; the same input gives the same bytes.</summary>
    /// <param name="runFolder">The run folder: <c>checkpoint.safetensors</c>, and <c>parity.safetensors</c> unless unverified.</param>
    /// <param name="outputFolder">The model folder to make.</param>
    /// <param name="options">Name, licence, and what may be skipped or replaced.</param>
    /// <returns>The manifest that was written.</returns>
    /// <exception cref="ModelFormatException">A file of the run folder is malformed, or the graphs disagree with the parity samples.</exception>
    /// <exception cref="IOException">A file is missing, the output exists and may not be replaced, or the disk fails.</exception>
    public static ModelManifest Export(string runFolder, string outputFolder, ExportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(runFolder);
        ArgumentException.ThrowIfNullOrEmpty(outputFolder);
        options ??= new ExportOptions();
        var output = new OutputFolder(outputFolder, options.Force);
        var checkpoint = LoadCheckpoint(runFolder);

        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [ModelManifest.EncoderFileName] = OnnxModel.Encoder(checkpoint),
            [ModelManifest.DecoderFileName] = OnnxModel.Decoder(checkpoint),
        };
        var manifest = new ModelManifest
        {
            Format = ModelManifest.CurrentFormat,
            Name = options.Name ?? output.Name,
            Id = checkpoint.Id.ToString(),
            Producer = $"{OnnxModel.ProducerName} {OnnxModel.ProducerVersion}",
            Spec = checkpoint.Spec,
            Files = files.ToDictionary(f => f.Key, f => new ManifestFile(f.Value.Length, Convert.ToHexStringLower(SHA256.HashData(f.Value)))),
            Verification = new ManifestVerification { Verified = false },
            Provenance = checkpoint.Provenance,
            License = options.License,
        };
        output.Write(files, manifest);
        return manifest;
    }

    private static Checkpoint LoadCheckpoint(string runFolder)
    {
        if (!Directory.Exists(runFolder)) throw new DirectoryNotFoundException($"the run folder '{runFolder}' does not exist");
        var path = Path.Combine(runFolder, Checkpoint.FileName);
        if (!File.Exists(path)) throw new FileNotFoundException($"'{runFolder}' is not a run folder: it has no {Checkpoint.FileName}", path);
        return Checkpoint.Load(path);
    }
}
