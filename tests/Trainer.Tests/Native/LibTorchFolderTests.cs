using VqVae.CommandLine;
using VqVae.TestSupport;
using VqVae.Trainer.Native;

namespace VqVae.Trainer.Tests.Native;

public sealed class LibTorchFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("site-packages/torch/lib")]
    [InlineData("site-packages/torch/lib/")]
    [InlineData("site-packages/torch")]
    [InlineData("site-packages")]
    public void Find_ThePackageOrAboveIt_FindsItsLibraries(string given)
    {
        Libraries("site-packages/torch/lib");
        File.WriteAllText(_folder["site-packages/torch/version.py"], "from typing import Optional\n\n__all__ = ['__version__']\n__version__ = '2.10.0+cu128'\ncuda: Optional[str] = '12.8'\n");

        var found = LibTorchFolder.Find(_folder[given], "--libtorch");

        Assert.Equal(_folder["site-packages/torch/lib"], found.Path);
        Assert.Equal("2.10.0+cu128", found.Version);
        Assert.False(found.HasCuda);
    }

    [Fact]
    public void Find_ArchiveOfLibtorch_ReadsItsVersion()
    {
        Libraries("libtorch/lib");
        File.WriteAllText(_folder["libtorch/build-version"], "2.10.0+cpu\n");
        File.WriteAllText(Path.Combine(_folder["libtorch/lib"], LibTorchFolder.CudaName), "");

        var found = LibTorchFolder.Find(_folder["libtorch"], "--libtorch");

        Assert.Equal("2.10.0+cpu", found.Version);
        Assert.True(found.HasCuda);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("version = 'none'")]
    [InlineData("__version__ = '2.1\u001b[31m'")]
    public void Find_NoReadableVersion_IsUnknown(string? content)
    {
        Libraries("torch/lib");
        if (content is not null) File.WriteAllText(_folder["torch/version.py"], content);
        var found = LibTorchFolder.Find(_folder["torch"], "--libtorch");
        Assert.Null(found.Version);
        Assert.Contains("unknown version", found.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NoFolder_SaysHowToGetOne()
    {
        var error = Assert.Throws<UsageException>(() => LibTorchFolder.Find(_folder["absent"], LibTorch.Variable));
        Assert.StartsWith($"{LibTorch.Variable}: the folder '{_folder["absent"]}' does not exist", error.Message, StringComparison.Ordinal);
        Assert.Contains("import torch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NothingGiven_IsNotTheCurrentFolder() =>
        Assert.StartsWith("--libtorch: expected the folder", Assert.Throws<UsageException>(() => LibTorchFolder.Find("", "--libtorch")).Message, StringComparison.Ordinal);

    [Fact]
    public void Find_FolderWithoutLibtorch_NamesWhatItLooksFor()
    {
        var error = Assert.Throws<UsageException>(() => LibTorchFolder.Find(_folder.Path, "--libtorch"));
        foreach (var name in LibTorchFolder.Core) Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("holds no libtorch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_LibtorchThatIsNotWhole_NamesWhatIsMissing()
    {
        Libraries("torch/lib");
        File.Delete(Path.Combine(_folder["torch/lib"], LibTorchFolder.Core[0]));
        var error = Assert.Throws<UsageException>(() => LibTorchFolder.Find(_folder["torch"], "--libtorch"));
        Assert.Contains(_folder["torch/lib"], error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"is not whole: {LibTorchFolder.Core[0]} missing", error.Message, StringComparison.Ordinal);
    }

    private void Libraries(string folder)
    {
        Directory.CreateDirectory(_folder[folder]);
        foreach (var name in LibTorchFolder.Core) File.WriteAllText(Path.Combine(_folder[folder], name), "");
    }
}
