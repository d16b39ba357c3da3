using NetVips;
using VqVae.Imaging;
using VqVae.Models;
using VqVae.Trainer.Training;
using Value = Tensorboard.Summary.Types.Value;

namespace VqVae.Trainer.Seeing.TensorBoard;

/// <summary>Records a run for TensorBoard: an event file for each process that trains it.</summary>
/// <remarks>
/// A record is one write to the file system's cache, so training does not wait for the disk itself. What fails here never ends the run: it is said
/// once, and nothing more is recorded.
/// </remarks>
internal sealed class TensorBoardObserver : IFitObserver, IDisposable
{
    private readonly string _folder;
    private readonly string _settings;
    private readonly Action<string> _warn;
    private readonly Func<string, Stream> _open;
    private readonly double[][] _use;
    private EventFile? _file;

    /// <param name="folder">Where the event files go; made where it is missing when training begins.</param>
    /// <param name="planes">The model's planes, in the order of <see cref="Progress.Stages"/>.</param>
    /// <param name="settings">The run's settings as JSON.</param>
    /// <param name="warn">Is told once what went wrong.</param>
    public TensorBoardObserver(string folder, IReadOnlyList<LatentPlane> planes, string settings, Action<string> warn)
        : this(folder, planes, settings, warn, path => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
    {
    }

    /// <param name="folder">Where the event files go; made where it is missing when training begins.</param>
    /// <param name="planes">The model's planes, in the order of <see cref="Progress.Stages"/>.</param>
    /// <param name="settings">The run's settings as JSON.</param>
    /// <param name="warn">Is told once what went wrong.</param>
    /// <param name="open">Opens a new file, unbuffered.</param>
    internal TensorBoardObserver(string folder, IReadOnlyList<LatentPlane> planes, string settings, Action<string> warn, Func<string, Stream> open)
    {
        (_folder, _settings, _warn, _open) = (folder, settings, warn, open);
        _use = [.. planes.SelectMany(p => Enumerable.Range(0, p.Stages).Select(_ => new double[p.Codes]))];
    }

    public void Say(string line)
    {
    }

    public void Warn(string line)
    {
    }

    public void Tick(long step, double share, double seconds, double imagesPerSecond)
    {
    }

    /// <summary>Opens a new file; what the files before it hold of steps after <paramref name="step"/> becomes void.</summary>
    public void Begin(long step)
    {
        Close();
        foreach (var counts in _use) Array.Clear(counts);
        Try(() =>
        {
            Directory.CreateDirectory(_folder);
            _file = Open(EventFile.NewPath(_folder));

            // The report of the step that the saved state is from came before the state was saved, and stays.
            _file.Restart(step + 1);
            _file.Add(step, SummaryValues.Text("run/settings", $"```json\n{_settings.TrimEnd()}\n```"));
        });
    }

    public void Report(Progress progress, double share)
    {
        if (_file is null) return;
        for (var stage = 0; stage < _use.Length; stage++)
        {
            var counts = progress.Stages[stage].Counts;
            for (var code = 0; code < _use[stage].Length; code++) _use[stage][code] += counts[code];
        }

        Try(() => _file.Add(progress.Step, Scalars(progress)));
        if (progress.Validation is null) return;
        var used = Histograms(progress.Stages);
        if (used.Count > 0) Try(() => _file?.Add(progress.Step, used));
        foreach (var counts in _use) Array.Clear(counts);
    }

    public void Samples(long step, SampleGrid samples) => Try(() => _file?.Add(step, SummaryValues.Picture("samples/grid", samples)));

    public void End(FitResult result) => Close();

    public void Dispose() => Close();

    private static IEnumerable<Value> Scalars(Progress progress)
    {
        yield return SummaryValues.Scalar("loss/total", progress.Loss);
        yield return SummaryValues.Scalar("loss/reconstruction", progress.Reconstruction);
        yield return SummaryValues.Scalar("loss/codebook", progress.Codebook);
        yield return SummaryValues.Scalar("loss/commitment", progress.Commitment);
        yield return SummaryValues.Scalar("rate/bits_per_pixel", progress.Rate);
        yield return SummaryValues.Scalar("quality/psnr", progress.Psnr);
        yield return SummaryValues.Scalar("optimizer/learning_rate", progress.LearningRate);
        yield return SummaryValues.Scalar("optimizer/gradient_norm", progress.GradientNorm);
        yield return SummaryValues.Scalar("speed/images_per_second", progress.ImagesPerSecond);
        foreach (var stage in progress.Stages)
        {
            yield return SummaryValues.Scalar($"codebook/perplexity/{TagName(stage)}", stage.Perplexity);
            yield return SummaryValues.Scalar($"codebook/used/{TagName(stage)}", stage.Used);
        }

        if (progress.Validation is not { Psnr.Count: > 0 } validation) yield break;
        yield return SummaryValues.Scalar("validation/psnr", validation.Psnr[^1]);
        for (var i = 0; i < validation.Psnr.Count; i++) yield return SummaryValues.Scalar($"validation/psnr_stages/{i + 1}", validation.Psnr[i]);
        yield return SummaryValues.Scalar("validation/ms_ssim", validation.MsSsim);
        yield return SummaryValues.Scalar("validation/bits_per_pixel", validation.BitsPerPixel);
        yield return SummaryValues.Scalar("validation/loss", validation.MeanSquaredError);

        // One alone is what the figures above are of.
        if (validation.RatePoints.Count < 2) yield break;
        for (var rate = 0; rate < validation.RatePoints.Count; rate++)
        {
            yield return SummaryValues.Scalar($"validation/psnr_rate_points/{rate}", validation.RatePoints[rate].Psnr);
            yield return SummaryValues.Scalar($"validation/bits_per_pixel_rate_points/{rate}", validation.RatePoints[rate].BitsPerPixel);
        }
    }

    /// <summary>A histogram of each stage that was used since the last ones.</summary>
    private List<Value> Histograms(IReadOnlyList<StageUsage> stages) =>
        [.. _use.Zip(stages).Where(s => s.First.Any(count => count > 0)).Select(s => SummaryValues.Histogram($"codebook/use/{TagName(s.Second)}", s.First))];

    /// <summary>The stage as in <c>metrics.csv</c>: a blank is not welcome in every reader's names.</summary>
    private static string TagName(StageUsage stage) => stage.Name.Replace(' ', '_');

    private EventFile Open(string path)
    {
        var stream = _open(path);
        try
        {
            return new EventFile(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or VipsException or ImageException)
        {
            Close();
            _warn($"no more is recorded for TensorBoard in '{_folder}': {(e is VipsException ? Vips.Reason(e) : e.Message)}");
        }
    }

    private void Close()
    {
        var file = _file;
        _file = null;
        try
        {
            file?.Dispose();
        }
        catch (IOException)
        {
            // Nothing is buffered: what could be lost by closing was reported when it was written.
        }
    }
}
