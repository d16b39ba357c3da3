using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Samples.Tests;

public class ModelRouterTests
{
    /// <summary>The snippet of docs/operations.md.</summary>
    [Fact]
    public void Decompress_FilesOfTwoModels_FindsEachItsModel()
    {
        var folders = Directory.GetDirectories(Path.Combine(SharedData.RepositoryRoot, "models"));
        Assert.True(folders.Length >= 2);
        var options = new VqCodecOptions { Threads = 1, Use = VqCodecUse.Decompress };
        Dictionary<string, VqCodec> codecs = folders.Select(folder => VqCodec.Load(folder, options)).ToDictionary(codec => codec.Manifest.Id);
        try
        {
            foreach (var codec in codecs.Values)
            {
                var vq = codec.Compress(DrawnImage.Rgb(40, 30, 1), 40, 30);
                Assert.Equal((40, 30), Decompress(vq) is var image ? (image.Width, image.Height) : default);
            }
        }
        finally
        {
            foreach (var codec in codecs.Values) codec.Dispose();
        }

        VqImage Decompress(byte[] vq) => codecs[VqFile.ReadInfo(vq).ModelId.ToString()].Decompress(vq);
    }
}
