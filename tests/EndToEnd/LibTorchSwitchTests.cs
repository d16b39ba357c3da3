namespace VqVae.EndToEnd;

/// <summary><c>-p:LibTorch=none</c> leaves libtorch's packages out and nothing else; evaluated as MSBuild does, without a restore.</summary>
public class LibTorchSwitchTests
{
    [Theory]
    [InlineData("linux-x64", "false")]
    [InlineData("linux-x64", "true")]
    [InlineData("win-x64", "true")]
    [InlineData("osx-arm64", "false")]
    public void Trainer_WithoutLibtorch_KeepsEveryOtherPackage(string platform, string gpu)
    {
        var (with, without) = (Packages(platform, gpu), Packages(platform, gpu, "-p:LibTorch=none"));

        Assert.Contains("TorchSharp", without);
        Assert.Contains($"NetVips.Native.{platform}", without);
        var left = Assert.Single(with.Except(without));
        Assert.True(left.StartsWith("libtorch-cpu-", StringComparison.Ordinal) || left.StartsWith("TorchSharp-cuda-", StringComparison.Ordinal), left);
        Assert.Empty(without.Except(with));
    }

    [Fact]
    public void Trainer_UnknownValue_IsRefused()
    {
        var result = MsBuild.Run("Trainer", "-t:CheckLibTorch", "-p:LibTorch=non");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("LibTorch is 'non': expected bundled (the default) or none", result.Text, StringComparison.Ordinal);
        Assert.Equal(0, MsBuild.Run("Trainer", "-t:CheckLibTorch", "-p:LibTorch=none").ExitCode);
    }

    private static List<string> Packages(string platform, string gpu, params string[] arguments) =>
        [.. MsBuild.Items("Trainer", ["PackageReference"], [$"-p:RuntimeIdentifier={platform}", $"-p:Gpu={gpu}", .. arguments])["PackageReference"].Select(p => p["Identity"])];
}
