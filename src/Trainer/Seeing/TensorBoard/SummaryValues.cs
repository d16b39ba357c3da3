using Google.Protobuf;
using NetVips;
using Tensorboard;
using VqVae.Trainer.Data;
using VqVae.Trainer.Training;
using Value = Tensorboard.Summary.Types.Value;

namespace VqVae.Trainer.Seeing.TensorBoard;

/// <summary>Values as TensorBoard's plug-ins read them.</summary>
/// <remarks>
/// Numbers, histograms and pictures use the fields of the first version (<c>simple_value</c>, <c>histo</c>, <c>image</c>), as PyTorch's writer does:
/// TensorBoard 1 and 2 and Weights &amp; Biases read them without metadata, while tensors depend on each reader's knowledge of the plug-in.
/// </remarks>
internal static class SummaryValues
{
    private const string TextPlugin = "text";

    // 1 grey, 2 grey with alpha, 3 RGB, 4 RGBA.
    private const int Rgb = 3;

    /// <summary>A number; the format keeps it as a 32-bit float.</summary>
    public static Value Scalar(string tag, double value) => new() { Tag = tag, SimpleValue = (float)value };

    /// <summary>How often each whole number from 0 was counted.</summary>
    /// <param name="tag">The name.</param>
    /// <param name="counts">The count of each number, at least one of them above 0.</param>
    /// <remarks>
    /// Bucket <c>i</c> holds the number <c>i</c> alone and ends half-way to the next. Readers replace the outer ends of the outermost buckets by the
    /// smallest and largest value, so those must lie inside them: with ends at whole numbers the last bucket would have no width.
    /// </remarks>
    public static Value Histogram(string tag, IReadOnlyList<double> counts)
    {
        var histogram = new HistogramProto { Min = double.MaxValue, Max = double.MinValue };
        for (var i = 0; i < counts.Count; i++)
        {
            histogram.BucketLimit.Add(i + 0.5);
            histogram.Bucket.Add(counts[i]);
            if (counts[i] == 0) continue;
            histogram.Min = Math.Min(histogram.Min, i);
            histogram.Max = i;
            histogram.Num += counts[i];
            histogram.Sum += counts[i] * i;
            histogram.SumSquares += counts[i] * i * i;
        }

        return new Value { Tag = tag, Histo = histogram };
    }

    /// <summary>A picture, as PNG.</summary>
    /// <exception cref="VipsException">libvips cannot encode it.</exception>
    public static Value Picture(string tag, SampleGrid picture) => new()
    {
        Tag = tag,
        Image = new Summary.Types.Image
        {
            Height = picture.Height,
            Width = picture.Width,
            Colorspace = Rgb,
            EncodedImageString = ByteString.CopyFrom(VipsImages.Encode(picture.Pixels, picture.Width, picture.Height, srgb => srgb.PngsaveBuffer())),
        },
    };

    /// <summary>A text in Markdown: a tensor without dimensions, since one with dimensions is shown as a table.</summary>
    public static Value Text(string tag, string markdown) => new()
    {
        Tag = tag,
        Metadata = new SummaryMetadata { PluginData = new SummaryMetadata.Types.PluginData { PluginName = TextPlugin } },
        Tensor = new TensorProto
        {
            Dtype = DataType.DtString,
            TensorShape = new TensorShapeProto(),
            StringVal = { ByteString.CopyFromUtf8(markdown) },
        },
    };
}
