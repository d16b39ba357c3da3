using System.Collections.Concurrent;
using VqVae.Models;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Run;

/// <summary>All images of a list once, in its order, each as the sample that validation sees: its centre or the whole, never mirrored.</summary>
/// <remarks>Images are decoded ahead on threads of the loader's. One that cannot be is named and left out; none takes its place.</remarks>
internal sealed class SampleBatches : IDisposable
{
    private readonly string _root;
    private readonly IReadOnlyList<string> _names;
    private readonly TrainingSpec _training;
    private readonly int _batch;
    private readonly ConcurrentDictionary<int, string> _errors = new();
    private readonly BatchLoader _loader;

    /// <param name="root">The folder that the names are relative to.</param>
    /// <param name="names">The images.</param>
    /// <param name="size">Side of a sample in pixels.</param>
    /// <param name="mode">How an image becomes a sample.</param>
    /// <param name="batch">Most images in a batch.</param>
    /// <param name="threads">Number of threads that decode.</param>
    public SampleBatches(string root, IReadOnlyList<string> names, int size, SampleMode mode, int batch, int threads)
    {
        (_root, _names, _batch) = (root, names, batch);
        _training = new TrainingSpec { ImageSize = size, SampleMode = mode };
        _loader = new BatchLoader(Make, batch, size, firstStep: 0, threads, ahead: threads + 1);
    }

    /// <summary>The batches, to be walked through once: pixels uint8 <c>[N,S,S,3]</c>, the images' names, and for what cannot be read a reason, whose pixels are black.</summary>
    public IEnumerable<(byte[] Pixels, IReadOnlyList<(string Name, string? Error)> Images)> All()
    {
        for (var first = 0; first < _names.Count; first += _batch)
        {
            byte[] pixels;
            using (var loaded = _loader.Next()) pixels = loaded.Bytes[..(CountFrom(first) * SampleBytes)].ToArray();
            yield return (pixels, [.. Enumerable.Range(first, CountFrom(first)).Select(i => (_names[i], _errors.GetValueOrDefault(i)))]);
        }
    }

    public void Dispose() => _loader.Dispose();

    private int SampleBytes => _training.ImageSize * _training.ImageSize * 3;

    private int CountFrom(int first) => Math.Min(_batch, _names.Count - first);

    /// <summary>Makes a batch; of those behind the last one, which the loader also asks for, none.</summary>
    private void Make(long step, LoadedBatch loaded)
    {
        if (step * _batch >= _names.Count) return;
        var first = (int)step * _batch;
        var pixels = loaded.Bytes;
        pixels.Clear();
        for (var i = 0; i < CountFrom(first); i++)
        {
            // A source of many images would put another in the place of one that is damaged.
            var reason = "";
            var source = new SampleSource(_root, [_names[first + i]], _training, seed: 0, augment: false, cacheBytes: 0) { OnDamaged = line => reason = line };
            try
            {
                source.MakeSample(0, pixels.Slice(i * SampleBytes, SampleBytes));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _errors[first + i] = reason.Length > 0 ? reason : $"{_names[first + i]}: {e.Message}";
            }
        }
    }
}
