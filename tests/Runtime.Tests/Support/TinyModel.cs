using VqVae.Exporter;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

/// <summary>A small model with random weights, exported once for a test class.</summary>
public sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyModel()
    {
        Folder = Export(RandomCheckpoint.TinyKlt, seed: 1, _folder, "tiny");
        Codec = VqCodec.Load(Folder, new VqCodecOptions { Device = VqDevice.Cpu });
    }

    public string Folder { get; }

    public VqCodec Codec { get; }

    internal static ModelSpec Spec => RandomCheckpoint.TinyKlt;

    /// <summary>Exports a random model below a temporary folder.</summary>
    internal static string Export(ModelSpec spec, int seed, TemporaryFolder folder, string name)
    {
        RandomCheckpoint.Save(spec, seed, folder[name + "-run"]);
        ModelExporter.Export(folder[name + "-run"], folder[name], new ExportOptions { Unverified = true });
        return folder[name];
    }

    /// <summary>The indices that the encoder's graph gives for the image, padded here in the plainest way.</summary>
    internal int[] DirectIndices(byte[] rgb, int width, int height, float lambda = 0)
    {
        var (padded, paddedWidth, paddedHeight) = Pad(rgb, width, height, Spec.Stride);
        return Codec.Graphs.Encode(padded, 1, paddedHeight, paddedWidth, rate: 0, lambda)[0];
    }

    /// <summary>The indices that a file holds.</summary>
    internal int[] FileIndices(byte[] vq) => VqBytes.Read(vq, Codec.Manifest)[0];

    internal static (byte[] Rgb, int Width, int Height) Pad(byte[] rgb, int width, int height, int multiple)
    {
        var (paddedWidth, paddedHeight) = (Up(width, multiple), Up(height, multiple));
        var padded = new byte[3 * paddedWidth * paddedHeight];
        for (var y = 0; y < paddedHeight; y++)
        {
            for (var x = 0; x < paddedWidth; x++)
            {
                for (var c = 0; c < 3; c++)
                    padded[(((y * paddedWidth) + x) * 3) + c] = rgb[(((Math.Min(y, height - 1) * width) + Math.Min(x, width - 1)) * 3) + c];
            }
        }

        return (padded, paddedWidth, paddedHeight);
    }

    internal static byte[] Crop(byte[] rgb, int fullWidth, int width, int height) =>
        [.. Enumerable.Range(0, height).SelectMany(y => rgb.Skip(y * fullWidth * 3).Take(width * 3))];

    internal static int Up(int size, int multiple) => (size + multiple - 1) / multiple * multiple;

    public void Dispose()
    {
        Codec.Dispose();
        _folder.Dispose();
    }
}
