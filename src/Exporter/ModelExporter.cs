using System.Security.Cryptography;
using VqVae.Exporter.Quality;
using VqVae.Exporter.Tables;
using VqVae.Exporter.Verification;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter;

/// <summary>Turns a run folder (weights, parity samples, index maps) into a model folder (two graphs, tables, a manifest).</summary>
public static class ModelExporter
{
    /// <summary>Writes a model folder, whole or not at all; the same input gives the same bytes.</summary>
    /// <param name="runFolder">The run folder: <c>checkpoint.safetensors</c>, <c>parity.safetensors</c> unless unverified, and <c>calibration.safetensors</c> for tables.</param>
    /// <param name="outputFolder">The model folder to make.</param>
    /// <param name="options">Name, licence, and what may be skipped or replaced.</param>
    /// <param name="cancellationToken">Stops before anything is written.</param>
    /// <returns>The manifest that was written.</returns>
    /// <exception cref="ModelFormatException">A file of the run folder is malformed, or the graphs disagree with the parity samples.</exception>
    /// <exception cref="IOException">A file is missing, the output exists and may not be replaced, or the disk fails.</exception>
    public static ModelManifest Export(string runFolder, string outputFolder, ExportOptions? options = null, CancellationToken cancellationToken = default) =>
        Run(runFolder, outputFolder, options ?? new ExportOptions(), cancellationToken).Manifest;

    /// <summary>The same, with the verification's figures.</summary>
    internal static ExportResult Run(string runFolder, string outputFolder, ExportOptions options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(runFolder);
        ArgumentException.ThrowIfNullOrEmpty(outputFolder);
        var output = new OutputFolder(outputFolder, options.Force);
        var checkpoint = LoadCheckpoint(runFolder);
        var samples = options.Unverified ? [] : ParityFile.Load(runFolder, checkpoint);

        var calibration = options.NoTables ? null : CalibrationFile.Load(runFolder, checkpoint);
        options.Report("training the entropy coder's tables");
        var tables = calibration is null ? [] : TableTrainer.Train(checkpoint, calibration.Maps, cancellationToken).Write();
        var id = checkpoint.IdWith(tables);
        var (encoder, decoder) = (OnnxModel.Encoder(checkpoint, id), OnnxModel.Decoder(checkpoint, id));
        List<(string Name, byte[] Content)> files = [(ModelManifest.EncoderFileName, encoder), (ModelManifest.DecoderFileName, decoder)];
        if (tables.Length > 0) files.Add((ModelManifest.TablesFileName, tables));
        var manifest = new ModelManifest
        {
            Format = ModelManifest.CurrentFormat,
            Name = options.Name ?? output.Name,
            Id = id.ToString(),
            Producer = $"{OnnxModel.ProducerName} {OnnxModel.ProducerVersion}",
            Spec = checkpoint.Spec,
            Planes = checkpoint.Spec.Planes,
            RatePoints = checkpoint.Spec.RatePoints,
            Files = new SortedDictionary<string, ManifestFile>(files.ToDictionary(f => f.Name, f => Describe(f.Content)), StringComparer.Ordinal),
            Verification = new ManifestVerification { Verified = false },
            Provenance = checkpoint.Provenance,
            License = options.License,
        };

        // Opened in any case: a model that ONNX Runtime refuses is never written.
        VerificationReport? report = null;
        using (var graphs = ModelGraphs.Create(manifest, encoder, decoder, new VqCodecOptions { Device = VqDevice.Cpu }))
        {
            if (!options.Unverified)
            {
                options.Report("comparing the graphs with the trainer's results");
                report = GraphVerifier.Verify(graphs, checkpoint, samples, cancellationToken);
                if (report.Failure is { } failure) throw new ModelFormatException($"the exported graphs are not the trained model, so nothing is written: {failure}");
                manifest = manifest with { Verification = report.ToManifest() };
            }

            if (calibration is not null && !options.NoQuality) manifest = manifest with { Quality = Calibrate(graphs, tables, calibration.Images, options, cancellationToken) };
        }

        cancellationToken.ThrowIfCancellationRequested();
        output.Write(files, manifest);
        return new ExportResult(manifest, report, tables.Length > 0 ? null : options.NoTables ? "--no-tables" : $"'{runFolder}' has no {RunFiles.CalibrationFileName}");
    }

    private static QualityMap Calibrate(ModelGraphs graphs, byte[] tables, CalibrationImages images, ExportOptions options, CancellationToken cancellationToken)
    {
        var parsed = ModelTables.Parse(tables, graphs.Manifest.Planes, graphs.Manifest.RatePoints);
        using var codec = new VqCodec(graphs, new VqCodecOptions { Device = VqDevice.Cpu }, new CoderSet(graphs.Manifest, parsed.Coder));
        return QualityCalibration.Run(codec, images, share => options.Report($"measuring qualities, {(int)(100 * share)}%"), cancellationToken);
    }

    private static ManifestFile Describe(byte[] content) => new(content.Length, Convert.ToHexStringLower(SHA256.HashData(content)));

    private static Checkpoint LoadCheckpoint(string runFolder)
    {
        if (!Directory.Exists(runFolder)) throw new DirectoryNotFoundException($"the run folder '{runFolder}' does not exist");
        var path = Path.Combine(runFolder, Checkpoint.FileName);
        if (!File.Exists(path)) throw new FileNotFoundException($"'{runFolder}' is not a run folder: it has no {Checkpoint.FileName}", path);
        return Checkpoint.Load(path);
    }
}
