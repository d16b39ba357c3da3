using VqVae.Exporter.Verification;
using VqVae.Models;

namespace VqVae.Exporter;

/// <summary>What an export did.</summary>
/// <param name="Manifest">The manifest that was written.</param>
/// <param name="Verification">How the graphs compared with the trainer's results; <c>null</c> if they were not compared.</param>
/// <param name="NoTables">Why the model has no tables; <c>null</c> where it has.</param>
/// <param name="NoVariants">Why the graphs are in fp32 only although nobody asked for that; <c>null</c> otherwise.</param>
internal sealed record ExportResult(ModelManifest Manifest, VerificationReport? Verification, string? NoTables, string? NoVariants);
