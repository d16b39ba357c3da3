using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>Finds a setting whose file is about as large as another codec's, and not larger.</summary>
internal static class SizeMatch
{
    /// <summary>The share of the size from which on a file is near enough.</summary>
    private const double NearEnough = 0.95;

    /// <summary>Encodings that are tried at most.</summary>
    private const int MostTries = 3;

    /// <summary>Searches the settings between those that were measured.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="target">Bytes that the file is to have at most.</param>
    /// <param name="known">Settings and sizes that were measured, in rising order.</param>
    /// <param name="cancellationToken">Stops between two tries.</param>
    /// <returns>The file, and its setting: the smallest there is where all are larger than the target.</returns>
    public static (byte[] File, int Setting) Find(IStillCodec codec, VqImage picture, long target, IReadOnlyList<(int Setting, long Bytes)> known, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(codec);
        ArgumentNullException.ThrowIfNull(known);
        var below = known.LastOrDefault(k => k.Bytes <= target, known[0]);
        var above = known.FirstOrDefault(k => k.Bytes > target, known[^1]);
        (byte[] File, int Setting)? best = null;
        for (var tries = 0; tries < MostTries && above.Setting - below.Setting > 1 && below.Bytes < NearEnough * target && below.Bytes <= target; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var share = Math.Log((double)target / below.Bytes) / Math.Log((double)above.Bytes / below.Bytes);
            var setting = Math.Clamp(below.Setting + (int)(share * (above.Setting - below.Setting)), below.Setting + 1, above.Setting - 1);
            var file = codec.Encode(picture, setting, cancellationToken);
            if (file.Length <= target) (best, below) = ((file, setting), (setting, file.Length));
            else above = (setting, file.Length);
        }

        return best ?? (codec.Encode(picture, below.Setting, cancellationToken), below.Setting);
    }
}
