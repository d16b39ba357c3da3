using VqVae.TestSupport;

namespace VqVae.Packages.Tests;

/// <summary>The tools, installed from the feed as <c>dotnet tool install</c> does it for a user.</summary>
[Collection(PackageFeedGroup.Name)]
public sealed class ToolTests(PackageFeed feed) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void VqCodec_Installed_CompressesAndDecompresses()
    {
        Install("vqcodec");
        Assert.Contains("side-by-side.png", Succeed("vqcodec", "demo"), StringComparison.Ordinal);
        Succeed("vqcodec", "compress", "vqcodec-demo/sample.png", "a.vq", "--quality", "60", "--verify");
        Succeed("vqcodec", "decompress", "a.vq", "a.png");
        Assert.Equal("PNG"u8, File.ReadAllBytes(_folder["a.png"]).AsSpan(1, 3));
        Assert.Equal($"vqcodec {feed.Version}", Succeed("vqcodec", "--version").Trim());
    }

    [Fact]
    public void Exporter_Installed_DescribesAModel()
    {
        Install("vqvae-exporter");
        Assert.Contains("exporter runs/photo", Succeed("exporter", "--help"), StringComparison.Ordinal);
        Assert.Contains("Model id", Succeed("exporter", "info", Path.Combine(SharedData.RepositoryRoot, "models", "photo")), StringComparison.Ordinal);
    }

    [Fact]
    public void Trainer_Installed_SaysHowToGetLibtorch()
    {
        Install("vqvae-trainer");
        Assert.Contains("trainer fit", Succeed("trainer", "--help"), StringComparison.Ordinal);
        Assert.Contains("photo", Succeed("trainer", "presets"), StringComparison.Ordinal);

        // The package cache of this test holds none.
        var doctor = Run("trainer", "doctor");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains($"dotnet package download libtorch-cpu-{Dotnet.Platform}@2.10.0", doctor.Text, StringComparison.Ordinal);
        Assert.Contains("--libtorch DIR", doctor.Text, StringComparison.Ordinal);
    }

    private void Install(string package) => Assert.Contains(
        PackageFeed.Tools[package],
        Dotnet.Succeed(_folder.Path, "tool", "install", package, "--version", feed.Version, "--tool-path", _folder["tools"], "--source", feed.Folder),
        StringComparison.Ordinal);

    private string Succeed(string tool, params string[] arguments)
    {
        var result = Run(tool, arguments);
        Assert.True(result.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}: {result}");
        return result.Text;
    }

    private ToolResult Run(string tool, params string[] arguments) => Dotnet.Run(
        Path.Combine(_folder["tools"], OperatingSystem.IsWindows() ? tool + ".exe" : tool), _folder.Path, arguments,
        new Dictionary<string, string?> { ["NUGET_PACKAGES"] = _folder["packages"] });
}
