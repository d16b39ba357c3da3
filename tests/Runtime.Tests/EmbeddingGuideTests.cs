using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

/// <summary>The code in <c>docs/embedding.md</c> is this code, compiled and run.</summary>
public sealed partial class EmbeddingGuideTests(TinyModel model) : IClassFixture<TinyModel>
{
    private const int Side = 24;

    private readonly byte[] _rgb = DrawnImage.Rgb(Side, Side, seed: 1);

    [Fact]
    public void Document_EveryCodeBlock_IsCompiledHere()
    {
        var source = Squeeze(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "tests", "Runtime.Tests", "EmbeddingGuideTests.cs")));
        var blocks = CodeBlock().Matches(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "embedding.md")));
        Assert.Equal(10, blocks.Count);
        Assert.All(blocks, block => Assert.Contains(Squeeze(block.Groups[1].Value), source, StringComparison.Ordinal));
    }

    [Fact]
    public void Project_AsDocumented_CopiesTheModelToWhereLoadDefaultLooks()
    {
        using var folder = new TemporaryFolder();
        var items = XmlBlock().Match(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "embedding.md"))).Groups[1].Value;
        File.WriteAllText(folder["app.csproj"], $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>{items}</Project>");
        var shipped = Path.Combine("models", DefaultModel.Name, ModelManifest.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(folder[shipped])!);
        File.WriteAllText(folder[shipped], "{}");

        var start = new ProcessStartInfo("dotnet", ["msbuild", folder["app.csproj"], "-nologo", "-t:AssignTargetPaths", "-getItem:ContentWithTargetPath"])
        {
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start)!;
        var output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, output);
        var item = JsonNode.Parse(output)!["Items"]!["ContentWithTargetPath"]!.AsArray().Single()!;
        Assert.Equal(shipped, (string?)item["TargetPath"]);
        Assert.Equal("PreserveNewest", (string?)item["CopyToOutputDirectory"]);
        Assert.Equal(folder["models/photo"], DefaultModel.FindFolder(null, folder.Path));
    }

    [Fact]
    public void FirstUse_Runs()
    {
        var (rgb, width, height) = (_rgb, Side, Side);
        var before = Environment.GetEnvironmentVariable(DefaultModel.EnvironmentVariable);
        Environment.SetEnvironmentVariable(DefaultModel.EnvironmentVariable, model.Folder);
        try
        {
            using var codec = VqCodec.LoadDefault();
            byte[] vq = codec.Compress(rgb, width, height);
            VqImage image = codec.Decompress(vq);
            VqInfo info = VqFile.ReadInfo(vq);
            Console.WriteLine($"{info.Width}×{info.Height}: {rgb.Length} → {vq.Length} bytes, back as {image.Format}");
            Assert.Equal((Side, Side, PixelFormat.Rgb24), (image.Width, info.Height, image.Format));
        }
        finally
        {
            Environment.SetEnvironmentVariable(DefaultModel.EnvironmentVariable, before);
        }
    }

    [Fact]
    public void Formats_Run()
    {
        var codec = model.Codec;
        var vq = codec.Compress(_rgb, Side, Side);
        VqImage image = codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Bgra32 });
        Assert.Equal(4 * Side * Side, image.Pixels.Length);
    }

    [Fact]
    public void Stages_Run()
    {
        var (codec, rgb, width, height) = (model.Codec, _rgb, Side, Side);
        var vq = codec.Compress(rgb, width, height);
        byte[] coarseFile = codec.Compress(rgb, width, height, options: new VqCompressOptions { Stages = 1 });
        VqImage coarse = codec.Decompress(vq, new VqDecompressOptions { Stages = 1 });
        Assert.Equal(codec.Decompress(coarseFile).Pixels, coarse.Pixels);
    }

    [Fact]
    public void Qualities_Run()
    {
        using var codec = VqCodec.Load(Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name), new VqCodecOptions { Device = VqDevice.Cpu });
        var (width, height) = (160, 96);
        byte[] rgb = [.. Enumerable.Range(0, width * height).SelectMany(i => new[] { (byte)(i % width), (byte)(i / width * 2), (byte)90 })];
        byte[] small = codec.Compress(rgb, width, height, options: new VqCompressOptions { Quality = 40 });
        byte[] fits = codec.Compress(rgb, width, height, options: new VqCompressOptions { Target = VqTarget.Bytes(20_000) });
        byte[] good = codec.Compress(rgb, width, height, options: new VqCompressOptions { Target = VqTarget.Psnr(32), Effort = VqEffort.Best });
        Assert.InRange(small.Length, 20, fits.Length - 1);
        Assert.InRange(fits.Length, 100, 20_000);
        Assert.NotEqual(fits, good);
    }

    [Fact]
    public void Rows_Run()
    {
        var (codec, width, height) = (model.Codec, Side, Side);
        using var source = new MemoryStream(_rgb);
        using var target = new MemoryStream();
        byte[] vq = codec.Compress((y, rows) => source.ReadExactly(rows), width, height);
        codec.Decompress(vq, (y, rows) => target.Write(rows));
        Assert.Equal(codec.Compress(_rgb, width, height), vq);
        Assert.Equal(codec.Decompress(vq).Pixels, target.ToArray());
    }

    [Fact]
    public void Regions_Run()
    {
        var codec = model.Codec;
        var vq = codec.Compress(_rgb, Side, Side);
        VqImage part = codec.Decompress(vq, new VqDecompressOptions { Region = new VqRegion(X: 8, Y: 4, Width: 12, Height: 16) });
        Assert.Equal((12, 16), (part.Width, part.Height));
        Assert.Equal(codec.Decompress(vq).Pixels[(((4 * Side) + 8) * 3)..][..36], part.Pixels[..36]);
    }

    [Fact]
    public void Metadata_Run()
    {
        var (codec, rgb, width, height, exif) = (model.Codec, DrawnImage.Rgb(96, 96, seed: 2), 96, 96, "II*\0\b\0\0\0\0\0\0\0\0\0"u8.ToArray());
        byte[] vq = codec.Compress(rgb, width, height, options: new VqCompressOptions { Exif = exif });
        byte[] carried = VqFile.ReadExif(vq);
        VqParts parts = codec.Verify(vq);
        VqImage rescued = codec.Decompress(vq.AsSpan(0, vq.Length / 2), new VqDecompressOptions { AllowPartial = true });
        Assert.Equal(exif, carried);
        Assert.Equal(exif.Length, parts.ExifBytes);
        Assert.Equal(codec.Decompress(vq, new VqDecompressOptions { Stages = 1 }).Pixels, rescued.Pixels);
    }

    [Fact]
    public async Task Threads_Run()
    {
        var (modelFolder, rgb, width, height, cancellationToken) = (model.Folder, _rgb, Side, Side, CancellationToken.None);
        using var codec = VqCodec.Load(modelFolder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = 1 });
        byte[] vq = await codec.CompressAsync(rgb, width, height, cancellationToken: cancellationToken);
        Assert.Equal(model.Codec.Compress(rgb, width, height), vq);
    }

    [Fact]
    public void ManyImages_Run()
    {
        var (codec, rgb, width, height) = (model.Codec, _rgb, Side, Side);
        VqImage[] tiles = [.. Enumerable.Range(0, 4).Select(_ => new VqImage(width, height, PixelFormat.Rgb24, rgb))];
        byte[][] files = codec.CompressMany(tiles);
        VqImage[] back = codec.DecompressMany([.. files.Select(file => new ReadOnlyMemory<byte>(file))]);
        Assert.All(files, file => Assert.Equal(codec.Compress(rgb, width, height), file));
        Assert.All(back, image => Assert.Equal(codec.Decompress(files[0]).Pixels, image.Pixels));
    }

    [Fact]
    public void Precision_Run()
    {
        var modelFolder = model.Folder;
        using var viewer = VqCodec.Load(modelFolder, new VqCodecOptions { Precision = VqPrecision.Fp32, Use = VqCodecUse.Decompress });
        Console.WriteLine($"{viewer.Precision} on {viewer.Device}: {viewer.Manifest.Variants?.Count ?? 0} other precisions");
        Assert.Equal(VqPrecision.Fp32, viewer.Precision);
    }

    private static string Squeeze(string code) => Space().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("```xml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex XmlBlock();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
