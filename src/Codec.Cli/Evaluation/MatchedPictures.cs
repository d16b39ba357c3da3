using NetVips;
using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Codec.Cli.Evaluation.Metrics;
using VqVae.Codec.Cli.Images;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>Makes the pictures of the page: each codec's version at the size of the model's file.</summary>
/// <param name="pictures">The pictures.</param>
/// <param name="result">What was measured.</param>
/// <param name="progress">Told of what is done.</param>
internal sealed class MatchedPictures(PictureSet pictures, EvaluationResult result, EvaluationProgress progress)
{
    /// <summary>Most pictures on the page.</summary>
    public const int MostPictures = 24;

    /// <summary>The longest sides that are shown; of larger pictures a part is, because a shrunken one would hide what codecs do.</summary>
    private const int MostWidth = 1024, MostHeight = 1024;

    /// <summary>Bytes of all pictures together, which Base64 makes a third more of.</summary>
    private const long MostBytes = 11_000_000;

    /// <summary>Quality of the WebP files that show what no browser reads by itself: the original and what the model decodes.</summary>
    private const int ShownQuality = 92;

    /// <summary>Makes as many as may be, worst first.</summary>
    /// <param name="jobs">Pictures at a time.</param>
    /// <param name="cancellationToken">Stops between two encodings.</param>
    public IReadOnlyList<MatchedPicture> Make(int jobs, CancellationToken cancellationToken)
    {
        int[] order = [.. result.WorstFirst().Take(MostPictures)];
        var made = new MatchedPicture[order.Length];
        foreach (var codec in Families()) progress.Plan(codec[0].Codec, 1, order.Length, order.Sum(i => pictures.Pictures[i].Pixels));
        Workers.Run(jobs, order.Length, i => made[i] = Match(order[i], cancellationToken), cancellationToken);

        var shown = new List<MatchedPicture>();
        var bytes = 0L;
        foreach (var picture in made)
        {
            bytes += picture.Bytes;
            if (shown.Count > 0 && bytes > MostBytes) break;
            shown.Add(picture);
        }

        return shown;
    }

    /// <summary>The classical codecs, each with itself at half size where that was measured.</summary>
    private IEnumerable<IReadOnlyList<CodecResult>> Families() => result.Classical.GroupBy(c => c.Codec is HalvedCodec half ? half.Inner.Key : c.Codec.Key).Select(g => g.ToArray());

    private MatchedPicture Match(int index, CancellationToken cancellationToken)
    {
        var original = pictures.Read(index, cancellationToken);
        var tested = result.Tested.Settings[result.Shown];
        var own = tested.Pictures[index];
        var (width, height) = (Math.Min(original.Width, MostWidth), Math.Min(original.Height, MostHeight));
        var window = (width, height) == (original.Width, original.Height) ? (0, 0) : SideBySide.BusiestDetail(original, width, height);
        var isWhole = (width, height) == (original.Width, original.Height);

        var codec = result.Tested.Codec;
        var decoded = codec.Decode(codec.Encode(original, tested.Setting, cancellationToken), original.Width, original.Height, cancellationToken);
        var versions = new List<ShownVersion>
        {
            new("original", Show(original), "image/webp"),
            new(codec.Key, Show(decoded), "image/webp") { Codec = codec, Label = tested.Label, Bytes = own.Bytes, Psnr = own.Quality.PsnrRgb, MsSsim = own.Quality.MsSsimLuma },
        };
        foreach (var family in Families()) versions.Add(Matched(family));
        return new MatchedPicture(index, width, height, versions);

        ShownVersion Matched(IReadOnlyList<CodecResult> candidates)
        {
            // Whichever is better at that size; where none reaches it, the one with the smallest file.
            var chosen = candidates.Where(c => c.PsnrAt(index, own.Bytes) is not null).MaxBy(c => c.PsnrAt(index, own.Bytes))
                ?? candidates.MinBy(c => Math.Abs(Math.Log((double)c.Settings.MinBy(s => Math.Abs(Math.Log((double)s.Pictures[index].Bytes / own.Bytes)))!.Pictures[index].Bytes / own.Bytes)))!;
            var known = chosen.Settings.Select(s => (s.Setting, s.Pictures[index].Bytes)).ToArray();
            var (file, setting) = SizeMatch.Find(chosen.Codec, original, own.Bytes, known, cancellationToken);
            var back = chosen.Codec.Decode(file, original.Width, original.Height, cancellationToken);
            var quality = PictureQuality.Measure(original, back);

            // The codec's own file where the browser shows what the codec gives.
            var (content, type) = isWhole && chosen.Codec is VipsCodec vips ? (file, vips.MediaType) : (Show(back), "image/webp");
            progress.Done(candidates[0].Codec, pictures.Pictures[index].Pixels);
            return new ShownVersion(candidates[0].Codec.Key, content, type)
            {
                Codec = chosen.Codec,
                Label = chosen.Codec.Label(setting),
                Bytes = file.Length,
                Psnr = quality.PsnrRgb,
                MsSsim = quality.MsSsimLuma,
            };
        }

        byte[] Show(VqImage picture)
        {
            using var image = VipsPixels.Open(picture);
            using var part = isWhole ? image.Copy() : image.Crop(window.Item1, window.Item2, width, height);
            return part.WebpsaveBuffer(q: ShownQuality, effort: 4, keep: Enums.ForeignKeep.None);
        }
    }
}
