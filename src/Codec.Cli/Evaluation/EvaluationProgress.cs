using System.Diagnostics;
using System.Globalization;
using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Evaluation.Codecs;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>How far an evaluation is; all members may be used by any thread.</summary>
internal sealed class EvaluationProgress : IProgressLine
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double _planned, _done;
    private int _files, _plannedFiles;
    private string _now = "reading the pictures";

    /// <summary>Files that were encoded, decoded and measured.</summary>
    public int Files
    {
        get
        {
            lock (_gate) return _files;
        }
    }

    /// <inheritdoc/>
    public double Share
    {
        get
        {
            lock (_gate) return _planned > 0 ? Math.Min(1, _done / _planned) : 0;
        }
    }

    /// <summary>Announces work.</summary>
    /// <param name="codec">Who does it.</param>
    /// <param name="settings">How often; below zero where less is to be done than was announced.</param>
    /// <param name="pictures">Pictures each time.</param>
    /// <param name="pixels">Pixels of them.</param>
    public void Plan(IStillCodec codec, int settings, int pictures, long pixels)
    {
        lock (_gate)
        {
            _planned += Weight(codec) * settings * pixels;
            _plannedFiles += settings * pictures;
        }
    }

    /// <summary>Says what is being done.</summary>
    public void Begin(string what)
    {
        lock (_gate) _now = what;
    }

    /// <summary>Says that a picture of so many pixels is done.</summary>
    public void Done(IStillCodec codec, long pixels)
    {
        lock (_gate)
        {
            _done += Weight(codec) * pixels;
            _files++;
        }
    }

    /// <inheritdoc/>
    public string Line()
    {
        lock (_gate)
        {
            var share = _planned > 0 ? Math.Min(1, _done / _planned) : 0;
            var left = share > 0.02 ? $", {Figures.Duration(_watch.Elapsed.TotalSeconds * ((1 / share) - 1))} left" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{_now}: {_files} of about {_plannedFiles} files{left}");
        }
    }

    /// <summary>Measuring takes time, too, whatever the codec.</summary>
    private static double Weight(IStillCodec codec) => codec.Cost + 0.05;
}
