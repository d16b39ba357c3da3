namespace VqVae.Trainer.Training;

/// <summary>Who watches a run.</summary>
internal interface IFitObserver
{
    /// <summary>Something that a person may want to know.</summary>
    void Say(string line);

    /// <summary>Something that went wrong without ending the run; may come from any thread.</summary>
    void Warn(string line);

    /// <summary>Training is about to begin, or to go on.</summary>
    /// <param name="step">Steps done; what was recorded of later ones will be run again.</param>
    void Begin(long step)
    {
    }

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

    /// <summary>Validation images and what came back from them.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="samples">The picture.</param>
    void Samples(long step, SampleGrid samples)
    {
    }

    /// <summary>The run has ended or was stopped, and its files are written.</summary>
    /// <param name="result">How it ended.</param>
    void End(FitResult result)
    {
    }
}
