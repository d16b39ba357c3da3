namespace VqVae.Trainer.Training;

/// <summary>Training ran into infinite or growing losses; the message says when and what to try.</summary>
public sealed class TrainingDivergedException(string message) : Exception(message);
