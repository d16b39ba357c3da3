namespace VqVae.Trainer.Training;

/// <summary>How a run ended.</summary>
/// <param name="Steps">Steps done in all.</param>
/// <param name="Completed">Whether the whole run is done; otherwise it was stopped and can be resumed.</param>
/// <param name="ImagesPerSecond">Training samples a second since this process began training, without validation and saving.</param>
/// <param name="ValidationPsnr">Average PSNR in dB of the validation images from 1, 2, … stages; empty where there are none.</param>
/// <param name="Unreadable">Images that were skipped, each with the reason.</param>
internal sealed record FitResult(long Steps, bool Completed, double ImagesPerSecond, IReadOnlyList<double> ValidationPsnr, IReadOnlyList<string> Unreadable);
