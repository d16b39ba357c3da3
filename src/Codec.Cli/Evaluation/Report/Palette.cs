using VqVae.Codec.Cli.Evaluation.Codecs;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>Which colour of the page's palette a codec has, in charts and tables alike.</summary>
internal static class Palette
{
    /// <summary>0 for the model, then the classical codecs in their order; a codec at half size has its codec's.</summary>
    public static int Of(EvaluationResult result, CodecResult codec)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(codec);
        if (codec.Codec.Key == result.Tested.Codec.Key) return 0;
        var key = FamilyOf(codec);
        return 1 + result.Classical.Select(FamilyOf).Distinct().ToList().IndexOf(key);
    }

    /// <summary>The key of the codec, at whatever size.</summary>
    public static string FamilyOf(CodecResult codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        return codec.Codec is HalvedCodec half ? half.Inner.Key : codec.Codec.Key;
    }
}
