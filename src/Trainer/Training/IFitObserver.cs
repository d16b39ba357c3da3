namespace VqVae.Trainer.Training;

/// <summary>Who watches a run.</summary>
internal interface IFitObserver
{
    /// <summary>Something that a person may want to know.</summary>
    void Say(string line);

    /// <summary>Something that went wrong without ending the run; may come from any thread.</summary>
    void Warn(string line);

    /// <summary>A step without a report.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="share">Share of the run that is done, 0 to 1.</param>
    /// <param name="seconds">Seconds trained so far.</param>
    /// <param name="imagesPerSecond">Training samples a second since this process began training.</param>
    void Tick(long step, double share, double seconds, double imagesPerSecond);

    /// <summary>Progress.</summary>
    /// <param name="progress">What was measured.</param>
    /// <param name="share">Share of the run that is done, 0 to 1.</param>
    void Report(Progress progress, double share);
}
