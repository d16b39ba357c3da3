using VqVae.Exporter.Tables;
using VqVae.Exporter.Tests.Reference;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests.Tables;

public sealed class CalibrationFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Checkpoint _checkpoint;

    public CalibrationFileTests()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 4, _folder["run"]);
        _checkpoint = Checkpoint.Load(Path.Combine(_folder["run"], Checkpoint.FileName));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_TrainersFile_GivesTheMaps()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        var plane = CalibrationFile.Load(_folder["run"], _checkpoint)!.Maps.Single().Single();
        Assert.Equal((CalibrationFixture.Maps, CalibrationFixture.Height, CalibrationFixture.Width), (plane.Maps, plane.Height, plane.Width));
        for (var map = 0; map < plane.Maps; map++)
        {
            var expected = CalibrationFixture.Map(plane.Plane, map);
            Assert.Equal(expected, Enumerable.Range(0, plane.Plane.Stages).SelectMany(s => plane.Stage(map, s).ToArray()).Select(i => (int)i));
        }
    }

    [Fact]
    public void Load_NoFile_IsNull() => Assert.Null(CalibrationFile.Load(_folder["run"], _checkpoint));

    [Theory]
    [InlineData("format", "expected the format 'vqvae-calibration/1', got 'vqvae-parity/1'")]
    [InlineData("id", "the maps are of model 0123456789abcdef; the checkpoint is of model ")]
    [InlineData("no indices", "tensor 'indices' is missing")]
    [InlineData("no images", "tensor 'images' is missing")]
    [InlineData("index too high", "holds 20; expected indices from 0 to 19")]
    [InlineData("index negative", "holds -1; expected indices from 0 to 19")]
    [InlineData("stages", "expected I32 of shape [M, 3, h, w], got I32 [24, 1, 36, 16]")]
    [InlineData("rank", "expected I32 of shape [M, 3, h, w], got I32 [72, 12, 16]")]
    [InlineData("empty", "expected I32 of shape [M, 3, h, w], got I32 [0, 3, 12, 16]")]
    [InlineData("type", "expected I32 of shape [M, 3, h, w], got F32")]
    [InlineData("images", "expected U8 of shape [N, S, S, 3], got U8 [2, 4, 16, 3]")]
    [InlineData("extra", "tensor 'more' is not part of the calibration samples")]
    public void Load_WrongContent_SaysWhatIsWrong(string fault, string message)
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"], content => Spoil(content, fault));
        var error = Assert.Throws<ModelFormatException>(() => CalibrationFile.Load(_folder["run"], _checkpoint));
        Assert.StartsWith(Path.Combine(_folder["run"], RunFiles.CalibrationFileName), error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AnyPrefix_IsRefused()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        var path = Path.Combine(_folder["run"], RunFiles.CalibrationFileName);
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length += length < 600 ? 7 : 1009)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<ModelFormatException>(() => CalibrationFile.Load(_folder["run"], _checkpoint));
        }
    }

    private static void Spoil(ParityContent content, string fault)
    {
        var indices = content.Tensors["indices"];
        switch (fault)
        {
            case "format": content.Format = RunFiles.ParityFormat; break;
            case "id": content.Id = "0123456789abcdef"; break;
            case "no indices": content.Tensors.Remove("indices"); break;
            case "no images": content.Tensors.Remove("images"); break;
            case "index too high": content.Values<int>("indices")[77] = 20; break;
            case "index negative": content.Values<int>("indices")[77] = -1; break;
            case "stages": content.Tensors["indices"] = (indices.Values, [24, 1, 36, 16]); break;
            case "rank": content.Tensors["indices"] = (indices.Values, [72, 12, 16]); break;
            case "empty": content.Tensors["indices"] = (Array.Empty<int>(), [0, 3, 12, 16]); break;
            case "type": content.Tensors["indices"] = (new float[indices.Values.Length], indices.Shape); break;
            case "images": content.Tensors["images"] = (new byte[384], [2, 4, 16, 3]); break;
            case "extra": content.Tensors["more"] = (new byte[1], [1]); break;
            default: throw new ArgumentException(fault);
        }
    }
}
