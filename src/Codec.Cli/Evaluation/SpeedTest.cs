using System.Diagnostics;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>
/// Times codecs alone: nothing else of the program runs meanwhile, every codec has as many threads, and what is timed is the call from pixels in memory to a
/// file in memory and back.
/// </summary>
internal static class SpeedTest
{
    /// <summary>Pictures that are timed, spread over all.</summary>
    private const int MostPictures = 4;

    /// <summary>The pictures to time.</summary>
    public static IReadOnlyList<int> Pictures(int count)
    {
        var timed = Math.Min(MostPictures, count);
        return [.. Enumerable.Range(0, timed).Select(i => (int)((i + 0.5) * count / timed))];
    }

    /// <summary>Times all codecs, each at the setting whose files are nearest to the model's in size.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="result">What was measured so far.</param>
    /// <param name="progress">Told of what is done.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    public static EvaluationResult Run(PictureSet pictures, EvaluationResult result, EvaluationProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(progress);
        var rate = result.Tested.Settings[result.Shown].BitsPerPixel;
        CodecResult[] codecs = [.. result.All];
        var settings = codecs.Select(c => c.Settings.MinBy(s => Math.Abs(Math.Log(s.BitsPerPixel / rate)))!).ToArray();
        var times = new (double Encoding, double Decoding)[codecs.Length];
        var pixels = 0L;
        var timed = Pictures(pictures.Pictures.Count);

        foreach (var codec in codecs) progress.Plan(codec.Codec, 1, timed.Count + 1, timed.Append(timed[0]).Sum(i => pictures.Pictures[i].Pixels));

        // Once before it counts: the first calls plan memory and compile code. Then each picture with all codecs in turn, so that a slow moment meets them alike.
        foreach (var (picture, counts) in timed.Select(picture => (picture, true)).Prepend((timed[0], false)))
        {
            var original = pictures.Read(picture, cancellationToken);
            if (counts) pixels += pictures.Pictures[picture].Pixels;
            for (var i = 0; i < codecs.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                GC.Collect();
                var watch = Stopwatch.StartNew();
                var file = codecs[i].Codec.Encode(original, settings[i].Setting, cancellationToken);
                var encoding = watch.Elapsed;
                watch.Restart();
                _ = codecs[i].Codec.Decode(file, original.Width, original.Height, cancellationToken);
                var decoding = watch.Elapsed;
                progress.Done(codecs[i].Codec, pictures.Pictures[picture].Pixels);
                if (counts) times[i] = (times[i].Encoding + encoding.TotalSeconds, times[i].Decoding + decoding.TotalSeconds);
            }
        }

        CodecResult WithSpeed(CodecResult codec)
        {
            var i = Array.IndexOf(codecs, codec);
            return codec with { Speed = new SpeedResult(settings[i].Label, pixels / 1e6 / times[i].Encoding, pixels / 1e6 / times[i].Decoding) };
        }

        return result with { Tested = WithSpeed(result.Tested), Classical = [.. result.Classical.Select(WithSpeed)], TimedPictures = timed.Count };
    }
}
