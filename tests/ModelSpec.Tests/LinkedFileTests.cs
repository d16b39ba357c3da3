using System.Diagnostics;
using System.Security.Cryptography;
using VqVae.TestSupport;

namespace VqVae.Models.Tests;

/// <summary>Links, pipes and devices where files are expected.</summary>
public sealed class LinkedFileTests : IDisposable
{
    private const string Device = "/dev/zero";

    private static readonly byte[] Encoder = [1, 2, 3];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public LinkedFileTests()
    {
        _model = _folder["model"];
        Directory.CreateDirectory(_model);
        File.WriteAllText(InModel(ModelManifest.FileName), Manifest.ToJson());
        File.WriteAllBytes(InModel(ModelManifest.EncoderFileName), Encoder);
    }

    private static ModelManifest Manifest { get; } = new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = "linked",
        Id = "0123456789abcdef",
        Producer = "test",
        Spec = Preset.Small.Model,
        Planes = Preset.Small.Model.Planes,
        RatePoints = 1,
        Files = new Dictionary<string, ManifestFile>
        {
            [ModelManifest.EncoderFileName] = new(Encoder.Length, Convert.ToHexStringLower(SHA256.HashData(Encoder))),
        },
        Verification = new ManifestVerification { Verified = false },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_LinksInsideTheFolder_AreFollowed()
    {
        // How Kubernetes mounts a folder: every file is a link through a link to a folder.
        Directory.CreateDirectory(InModel("..2026"));
        foreach (var name in new[] { ModelManifest.FileName, ModelManifest.EncoderFileName })
        {
            File.Move(InModel(name), InModel(Path.Combine("..2026", name)));
            File.CreateSymbolicLink(InModel(name), Path.Combine("..data", name));
        }

        Directory.CreateSymbolicLink(InModel("..data"), "..2026");
        AssertLoads(_model);
    }

    [Fact]
    public void Load_FolderThatIsItselfALink_IsFollowed()
    {
        Directory.CreateSymbolicLink(_folder["alias"], "model");
        AssertLoads(_folder["alias"]);
    }

    [Theory]
    [InlineData(ModelManifest.FileName)]
    [InlineData(ModelManifest.EncoderFileName)]
    public void Load_LinkThatLeavesTheFolder_IsRefused(string name)
    {
        File.Move(InModel(name), _folder[name]);
        Directory.CreateSymbolicLink(InModel("up"), "..");
        foreach (var target in new[] { _folder[name], Path.Combine("..", name), Path.Combine("up", name) })
        {
            File.CreateSymbolicLink(InModel(name), target);
            AssertRefused(name, "a link that leaves it");
            File.Delete(InModel(name));
        }
    }

    [Theory]
    [InlineData(ModelManifest.FileName)]
    [InlineData(ModelManifest.EncoderFileName)]
    public void Load_LinkToADevice_IsRefused(string name)
    {
        File.Delete(InModel(name));
        File.CreateSymbolicLink(InModel(name), Device);
        AssertRefused(name, "a link that leaves it");
    }

    [Theory]
    [InlineData(ModelManifest.FileName)]
    [InlineData(ModelManifest.EncoderFileName)]
    public void Load_Pipe_IsRefusedWithoutWaitingForAWriter(string name)
    {
        File.Delete(InModel(name));
        MakePipe(InModel(name));
        AssertRefused(name, "a pipe or a device");
    }

    [Fact]
    public void Load_LinksInACircle_AreRefused()
    {
        File.Delete(InModel(ModelManifest.FileName));
        File.CreateSymbolicLink(InModel(ModelManifest.FileName), "other");
        File.CreateSymbolicLink(InModel("other"), ModelManifest.FileName);
        AssertRefused(ModelManifest.FileName, "links");
    }

    [Fact]
    public void Load_LinkToNothing_IsMissing()
    {
        File.Delete(InModel(ModelManifest.EncoderFileName));
        File.CreateSymbolicLink(InModel(ModelManifest.EncoderFileName), "gone.onnx");
        AssertRefused(ModelManifest.EncoderFileName, "is missing");
    }

    [Fact]
    public void SafetensorsLoad_LinkToARegularFile_IsFollowed()
    {
        var writer = new SafetensorsWriter();
        writer.Add<int>("a", [1, 2], 2);
        writer.Save(_folder["real"]);
        File.CreateSymbolicLink(InModel("link"), _folder["real"]);
        Assert.Equal([1, 2], SafetensorsFile.Load(InModel("link")).Tensors["a"].Values<int>().ToArray());
    }

    [Fact]
    public void SafetensorsLoad_PipeOrDevice_IsRefused()
    {
        MakePipe(_folder["pipe"]);
        File.CreateSymbolicLink(_folder["link"], Device);
        foreach (var path in new[] { _folder["pipe"], _folder["link"], Device })
            Assert.StartsWith(path + ": expected a regular file", Promptly(() => SafetensorsFile.Load(path)).Message, StringComparison.Ordinal);
    }

    private static void AssertLoads(string folder) =>
        Assert.Equal(Encoder, ModelManifest.Load(folder).ReadFile(folder, ModelManifest.EncoderFileName));

    private void AssertRefused(string name, string expected)
    {
        var message = Promptly(() => ModelManifest.Load(_model).ReadFile(_model, ModelManifest.EncoderFileName)).Message;
        Assert.StartsWith(InModel(name), message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    /// <summary>Opening a pipe waits for a writer, who never comes.</summary>
    private static ModelFormatException Promptly(Action read)
    {
        var reading = Task.Run(() => Hostile.AssertRefused(read));
        Assert.True(reading.Wait(TimeSpan.FromSeconds(30)), "still waiting");
        return reading.Result;
    }

    private static void MakePipe(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string InModel(string name) => Path.Combine(_model, name);
}
