using System.Globalization;
using System.Text.Json;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Info;

/// <summary>What <c>exporter info</c> prints: a model folder as Markdown.</summary>
internal sealed class ModelReport
{
    private readonly MarkdownWriter _markdown = new();
    private readonly ModelManifest _manifest;
    private readonly ModelSpec _spec;

    private ModelReport(ModelManifest manifest)
    {
        _manifest = manifest;
        _spec = manifest.Spec;
    }

    /// <summary>Reads a model folder, checks its files against their hashes, and describes it.</summary>
    /// <exception cref="ModelFormatException">The folder or one of its files is not what it should be.</exception>
    public static string Markdown(string folder)
    {
        var manifest = ModelManifest.Load(folder);
        var report = new ModelReport(manifest);
        report.Model();
        report.Files();
        report.Rates();
        report.Qualities();
        report.Compute();
        report.Variants();
        report.Verification();
        report.Origin();
        using var tables = ModelTables.Load(folder, manifest);
        if (tables is not null) TablesReport.Write(report._markdown, tables);
        foreach (var name in GraphPrecision.All.SelectMany(p => new[] { ModelManifest.EncoderFile(p), ModelManifest.DecoderFile(p) }).Where(manifest.Files.ContainsKey))
        {
            var content = manifest.ReadFile(folder, name);
            OnnxGuard.Check(name, content);
            GraphReport.Write(report._markdown, name, content);
        }

        return report._markdown.ToString();
    }

    private void Model()
    {
        _markdown.Heading(1, _manifest.Name);
        _markdown.Paragraph($"Model id `{_manifest.Id}`, written by {_manifest.Producer}.");
        _markdown.Heading(2, "Model");
        using var spec = JsonDocument.Parse(_spec.ToJson());
        var rows = spec.RootElement.EnumerateObject().Select(field => new[] { $"`{field.Name}`", field.Value.ToString() });
        _markdown.Table(["hyperparameter", "value:"], rows);
    }

    private void Files()
    {
        _markdown.Heading(2, "Files");
        _markdown.Table(
            ["file", "bytes:", "SHA-256"],
            _manifest.Files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new[] { f.Key, Number(f.Value.Bytes), $"`{f.Value.Sha256}`" }));
    }

    private void Rates()
    {
        _markdown.Heading(2, "Latent planes and rates");
        _markdown.Table(
            ["tensor", "stride:", "stages:", "codes:", "bits an index:"],
            _spec.Planes.Select(p => new[] { $"`{p.TensorName}`", Number(p.Stride), Number(p.Stages), Number(p.Codes), Number(p.BitsPerIndex) }));
        _markdown.Paragraph("Bits per pixel of fixed-length indices, without the file's header, by the number of leading stages kept:");
        _markdown.Table(
            ["stages:", "bits per pixel:"],
            Enumerable.Range(1, _spec.Planes.Max(p => p.Stages)).Select(kept => new[]
            {
                Number(kept),
                Decimal(_spec.Planes.Sum(p => (double)Math.Min(kept, p.Stages) * p.BitsPerIndex / (p.Stride * p.Stride)), "F4"),
            }));
    }

    private void Qualities()
    {
        _markdown.Heading(2, "Qualities");
        if (_manifest.Quality is not { } map)
        {
            _markdown.Paragraph("None: rate point, lambda and stages are chosen one by one.");
            return;
        }

        _markdown.Paragraph($"The default is {map.Default}. PSNR and bits per pixel are those of calibration images; other images have others.");
        _markdown.Table(
            ["quality:", "rate point:", "stages:", "lambda:", "PSNR, dB:", "bits per pixel:"],
            Enumerable.Range(0, 11).Select(i => Math.Max(1, 10 * i)).Append(map.Default).Distinct().Order().Select(quality => new[]
            {
                Number(quality), Number(map[quality].RatePoint), Number(map[quality].Stages), Decimal(map[quality].Lambda, "0.#"), Decimal(map[quality].Psnr, "F2"), Decimal(map[quality].BitsPerPixel, "F4"),
            }));
    }

    private void Compute()
    {
        _markdown.Heading(2, "Compute and parameters");
        var cost = ComputeCost.Of(_spec);
        var parameters = ModelTensors.For(_spec)
            .GroupBy(t => t.Part).ToDictionary(g => g.Key, g => g.Sum(t => t.Shape.Aggregate(1L, (product, n) => product * n)));
        _markdown.Table(
            ["part", "kMAC per pixel:", "parameters:"],
            [
                ["encoder, with the codebook search", Decimal(cost.Encoder / 1000, "F2"), Number(parameters[ModelPart.Encoder])],
                ["codebooks and code lengths", "", Number(parameters[ModelPart.Quantizer])],
                ["decoder", Decimal(cost.Decoder / 1000, "F2"), Number(parameters[ModelPart.Decoder])],
            ]);
    }

    private void Variants()
    {
        _markdown.Heading(2, "Precisions");
        if (_manifest.Variants is not { Count: > 0 } variants)
        {
            _markdown.Paragraph("fp32 only.");
            return;
        }

        _markdown.Paragraph("fp32 is the reference. How the others differ from it on calibration images; where a precision has no encoder, the fp32 one serves.");
        _markdown.Table(
            ["precision", "mean difference of a byte:", "largest:", "PSNR lost, dB:", "indices equal:"],
            variants.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new[]
            {
                v.Key, Decimal(v.Value.MeanPixelDifference, "F3"), Number(v.Value.MaxPixelDifference), Decimal(v.Value.PsnrLoss, "F3"), Decimal(v.Value.IndexAgreement, "P2"),
            }));
    }

    private void Verification()
    {
        _markdown.Heading(2, "Verification");
        var verification = _manifest.Verification;
        if (!verification.Verified)
        {
            _markdown.Paragraph("**Not verified**: the graphs were never compared with results of the program that trained the weights.");
            return;
        }

        _markdown.Table(
            ["graphs against the trainer's own results", "value:"],
            [
                ["indices that must agree, and do", verification.IndicesCompared is { } compared ? Number(compared) : "unknown"],
                ["share of all indices that agree, ties included", verification.IndexAgreement is { } share ? Decimal(share, "F6") : "unknown"],
                ["distance gap up to which a nearest code is a tie, of the latent's scale", verification.Epsilon is { } epsilon ? Decimal(epsilon, "g1") : "unknown"],
                ["largest difference of a decoded byte", verification.MaxPixelDifference is { } difference ? Number(difference) : "unknown"],
            ]);
    }

    private void Origin()
    {
        _markdown.Heading(2, "Provenance");
        if (_manifest.Provenance is { } origin)
        {
            var rows = new List<string[]>();
            void Row(string what, object? value)
            {
                if (value is not null) rows.Add([what, Convert.ToString(value, CultureInfo.InvariantCulture)!]);
            }

            Row("trainer", origin.Trainer);
            Row("preset", origin.Preset);
            Row("training images", origin.Data);
            Row("number of images", origin.Images);
            Row("steps", origin.Steps);
            Row("batch", origin.Batch);
            Row("seed", origin.Seed);
            foreach (var (name, value) in origin.Metrics ?? new Dictionary<string, double>()) Row($"metric `{name}`", value);
            _markdown.Table(["", "value"], rows);
        }
        else
        {
            _markdown.Paragraph("Unspecified: the checkpoint does not say where its weights come from.");
        }

        _markdown.Heading(2, "Licence");
        _markdown.Paragraph(_manifest.License is { } license
            ? $"Model: {license.Model}. Training images: {license.Data}."
            : "Unspecified. Ask whoever made the model before you use or share it.");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Decimal(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
