using System.Runtime.InteropServices;
using System.Text.Json;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>
/// The release build of <c>vqcodec</c>, compiled to native code: trimming takes away what nobody seems to use, so that what works in the other build need not work
/// here. Publishing takes most of a minute, so it is done once, by <c>.ci/run</c>, which names the program.
/// </summary>
public sealed class NativeBuildTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [NativeBuildFact]
    public void CompressAndDecompress_OfTheSamplePicture_GiveTheLibrarysBytes()
    {
        Assert.Contains("side-by-side.png", Succeed("demo"), StringComparison.Ordinal);
        using var codec = VqCodec.Load(Model);
        var picture = Picture.Load(_folder["vqcodec-demo/sample.png"]);
        Assert.Equal(codec.Compress(picture.Rgb, picture.Width, picture.Height), File.ReadAllBytes(_folder["vqcodec-demo/sample.vq"]));
        Succeed("compress", "vqcodec-demo/sample.png", "again.vq", "--verify", "--entropy", "fast", "--exif", "keep");
        Succeed("decompress", "again.vq", "again.png");
        Assert.Equal(codec.Decompress(File.ReadAllBytes(_folder["again.vq"])).Pixels, Picture.Load(_folder["again.png"]).Rgb);
        Succeed("verify", ".", "--recursive");
        foreach (var format in (string[])["jpg", "webp"]) Succeed("decompress", "again.vq", "again." + format, "--stages", "3");
    }

    [NativeBuildFact]
    public void EveryCommand_Runs()
    {
        Directory.CreateDirectory(_folder["pictures"]);
        Picture.Drawn(176, 176, seed: 1).Save(_folder["pictures/a.png"]);
        Succeed("compress", "pictures/a.png", "a.vq");
        Assert.Contains("BD-rate", Succeed("eval", "pictures", "--against", "jpeg", "--qualities", "40,60,80,95", "--out", "report"), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["report/report.html"]));
        foreach (var arguments in (string[][])[["info", "a.vq", "--json"], ["bench", "pictures/a.png", "--rounds", "3", "--json"]])
        {
            using var json = JsonDocument.Parse(Succeed(arguments));
            Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        }

        Succeed("compress", "pictures", "-o", "small", "--jobs", "2");
        foreach (var command in (string[])["compress", "decompress", "info", "verify", "demo", "eval", "bench"]) Assert.StartsWith("vqcodec " + command, Succeed(command, "--help"), StringComparison.Ordinal);
    }

    [NativeBuildFact]
    public void WhatIsWrong_IsOneLine()
    {
        foreach (var (code, arguments) in ((int, string[])[])[(2, ["compress"]), (2, ["nonsense"]), (1, ["info", "nowhere.vq"]), (1, ["decompress", "nowhere.vq", "a.png"]), (2, ["bench", "--rounds", "0"])])
        {
            var (found, _, error) = Run(arguments);
            Assert.Equal(code, found);
            Assert.StartsWith("vqcodec: ", Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        }
    }

    /// <summary>The program has managed packages and .NET's runtime inside it, so their licences lie beside it.</summary>
    [NativeBuildFact]
    public void Folder_CarriesTheLicencesOfAllPackagesInIt()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(NativeProgram.File))!;
        var notices = new NoticesFile(File.ReadAllText(Path.Combine(folder, NoticesFile.Name)));
        var platform = RuntimeInformation.RuntimeIdentifier;
        string[] expected =
        [
            "CommandLineParser", "Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Managed", $"Microsoft.NETCore.App.Runtime.NativeAOT.{platform}",
            "NetVips", $"NetVips.Native.{platform}", "Spectre.Console", "Spectre.Console.Ansi", "System.Numerics.Tensors",
        ];
        Assert.Equal(expected, notices.Ids);
        Assert.All(expected, id => Assert.Contains("\n--- ", notices.Section(id), StringComparison.Ordinal));
        Assert.All((string[])["GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE"], text => Assert.Contains(text, notices.Section("NetVips.Native." + platform), StringComparison.Ordinal));
        Assert.Equal(File.ReadAllBytes(Path.Combine(SharedData.RepositoryRoot, "LICENSE")), File.ReadAllBytes(Path.Combine(folder, "LICENSE")));
    }

    private static string Model => Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name);

    private string Succeed(params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {code}, {error}");
        return output;
    }

    private (int Code, string Output, string Error) Run(string[] arguments) => NativeProgram.Run(NativeProgram.File, arguments, _folder.Path);
}

/// <summary>A test of the native program, skipped where none is named.</summary>
public sealed class NativeBuildFactAttribute : FactAttribute
{
    /// <summary>The environment variable with the program's path.</summary>
    public const string Variable = "VQCODEC_NATIVE";

    public NativeBuildFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
            Skip = $"{Variable} names no program: dotnet publish src/Codec.Cli -c Release -r linux-x64 -p:PublishAot=true -o DIR makes one";
    }
}
