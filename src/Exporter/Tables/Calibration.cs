using VqVae.Exporter.Quality;

namespace VqVae.Exporter.Tables;

/// <summary>What <c>calibration.safetensors</c> holds.</summary>
/// <param name="Images">Samples of the training images.</param>
/// <param name="Maps">For each rate point the index maps of each plane.</param>
internal sealed record Calibration(CalibrationImages Images, IReadOnlyList<IReadOnlyList<CalibrationPlane>> Maps);
