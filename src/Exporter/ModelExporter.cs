using System.Security.Cryptography;
using VqVae.Exporter.Quality;
using VqVae.Exporter.Tables;
using VqVae.Exporter.Variants;
using VqVae.Exporter.Verification;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter;

/// <summary>Turns a run folder (weights, parity samples, index maps) into a model folder (two graphs in one or more precisions, tables, a manifest).</summary>
public static class ModelExporter
{
    /// <summary>Writes a model folder, whole or not at all; the same input gives the same bytes.</summary>
    /// <param name="runFolder">The run folder: <c>checkpoint.safetensors</c>, <c>parity.safetensors</c> unless unverified, and <c>calibration.safetensors</c> for tables, qualities and precisions besides fp32.</param>
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
        OnnxTelemetry.TurnOff();
        var output = new OutputFolder(outputFolder, options.Force);
        var checkpoint = LoadCheckpoint(runFolder);
        var samples = options.Unverified ? [] : ParityFile.Load(runFolder, checkpoint);

        var precisions = GraphPrecision.All.Where(p => p != GraphPrecision.Fp32 && options.Precisions?.Contains(p) != false).ToList();
        var calibration = options.NoTables && precisions.Count == 0 ? null : CalibrationFile.Load(runFolder, checkpoint);
        options.Report("training the entropy coder's tables");
        var tables = calibration is null || options.NoTables ? [] : TableTrainer.Train(checkpoint, calibration.Maps, cancellationToken).Write();
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
            Files = Describe(files),
            Verification = new ManifestVerification { Verified = false },
            Provenance = checkpoint.Provenance,
            License = options.License,
        };

        // Opened in any case: a model that ONNX Runtime refuses is never written.
        VerificationReport? report = null;
        string? noVariants = null;
        using (var graphs = ModelGraphs.Create(manifest, encoder, decoder, new VqCodecOptions { Device = VqDevice.Cpu }))
        {
            if (!options.Unverified)
            {
                options.Report("comparing the graphs with the trainer's results");
                report = GraphVerifier.Verify(graphs, checkpoint, samples, cancellationToken);
                if (report.Failure is { } failure) throw new ModelFormatException($"the exported graphs are not the trained model, so nothing is written: {failure}");
                manifest = manifest with { Verification = report.ToManifest() };
            }

            foreach (var variant in Variants(precisions, checkpoint, encoder, graphs, calibration?.Images, options, out noVariants, cancellationToken))
            {
                files.AddRange(variant.Files);
                manifest = manifest with
                {
                    Files = Describe(files),
                    Variants = new Dictionary<string, ManifestVariant>(manifest.Variants ?? new Dictionary<string, ManifestVariant>()) { [variant.Precision] = variant.Deviation },
                };
            }

            if (calibration is not null && tables.Length > 0 && !options.NoQuality) manifest = manifest with { Quality = Calibrate(graphs, tables, calibration.Images, options, cancellationToken) };
        }

        cancellationToken.ThrowIfCancellationRequested();
        output.Write(files, manifest);
        return new ExportResult(manifest, report, tables.Length > 0 ? null : options.NoTables ? "--no-tables" : $"'{runFolder}' has no {RunFiles.CalibrationFileName}", noVariants);
    }

    /// <summary>The graphs in other precisions than fp32.</summary>
    private static List<GraphVariant> Variants(
        List<string> precisions, Checkpoint checkpoint, byte[] encoder, ModelGraphs graphs, CalibrationImages? images, ExportOptions options, out string? none, CancellationToken cancellationToken)
    {
        none = null;
        if (precisions.Count == 0) return [];
        var samples = images is null ? [] : CalibrationSample.Take(graphs, images, cancellationToken);
        if (samples.Count == 0)
        {
            none = images is null ? $"the run folder has no {RunFiles.CalibrationFileName}" : $"the images in {RunFiles.CalibrationFileName} are smaller than {checkpoint.Spec.LargestStride} pixels";
            return options.Precisions is null ? [] : throw new ModelFormatException($"{string.Join(" and ", precisions)}: ranges and losses are measured on calibration images, and {none}");
        }

        return [.. precisions.Select(precision =>
        {
            options.Report($"making the graphs in {precision}");
            return GraphVariant.Build(precision, checkpoint, encoder, graphs, samples, cancellationToken);
        })];
    }

    private static QualityMap Calibrate(ModelGraphs graphs, byte[] tables, CalibrationImages images, ExportOptions options, CancellationToken cancellationToken)
    {
        var parsed = ModelTables.Parse(tables, graphs.Manifest.Planes, graphs.Manifest.RatePoints);
        using var codec = new VqCodec(graphs, new VqCodecOptions { Device = VqDevice.Cpu }, new CoderSet(graphs.Manifest, parsed.Coder));
        return QualityCalibration.Run(codec, images, share => options.Report($"measuring qualities, {(int)(100 * share)}%"), cancellationToken);
    }

    private static SortedDictionary<string, ManifestFile> Describe(IEnumerable<(string Name, byte[] Content)> files) => new(
        files.ToDictionary(f => f.Name, f => new ManifestFile(f.Content.Length, Convert.ToHexStringLower(SHA256.HashData(f.Content)))), StringComparer.Ordinal);

    private static Checkpoint LoadCheckpoint(string runFolder)
    {
        if (!Directory.Exists(runFolder)) throw new DirectoryNotFoundException($"the run folder '{runFolder}' does not exist");
        var path = Path.Combine(runFolder, Checkpoint.FileName);
        if (!File.Exists(path)) throw new FileNotFoundException($"'{runFolder}' is not a run folder: it has no {Checkpoint.FileName}; name a folder that 'trainer fit' or 'trainer finish' wrote", path);
        return Checkpoint.Load(path);
    }
}
