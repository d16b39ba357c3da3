namespace VqVae.Codec.Cli.Batch;

/// <summary>How far a run is, for <see cref="BatchProgress"/>.</summary>
internal interface IProgressLine
{
    /// <summary>The share of the work that is done, 0 to 1.</summary>
    double Share { get; }

    /// <summary>What is said of it, on one line.</summary>
    string Line();
}
