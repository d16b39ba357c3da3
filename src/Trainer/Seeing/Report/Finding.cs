namespace VqVae.Trainer.Seeing.Report;

/// <summary>How much a finding matters, the most important last.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>May become a problem, or wastes something.</summary>
    Watch,

    /// <summary>The run will not become what it should.</summary>
    Problem,
}

/// <summary>One thing that the rows of a run show.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Topic">What it is about.</param>
/// <param name="Title">The finding in a few words.</param>
/// <param name="Detail">The figures that it rests on.</param>
/// <param name="Advice">What to do next, with the options of <c>trainer fit</c>; empty where nothing needs to be done.</param>
internal sealed record Finding(Severity Severity, Topic Topic, string Title, string Detail, string Advice = "");

/// <summary>What a finding is about.</summary>
internal enum Topic
{
    Finite,
    Divergence,
    Overfitting,
    Balance,
    EncoderDrift,
    Collapse,
    DeadCodes,
    FallingPerplexity,
    CodebookUse,
    Progress,
    LearningRate,
    Stages,
    Validation,
}
