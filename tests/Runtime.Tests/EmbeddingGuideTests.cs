using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

/// <summary>The code in <c>docs/embedding.md</c> is this code, compiled and run.</summary>
public sealed partial class EmbeddingGuideTests(TinyModel model) : IClassFixture<TinyModel>
{
    private const int Side = 24;

    private static readonly Guide Embedding = new("embedding.md");

    private readonly byte[] _rgb = DrawnImage.Rgb(Side, Side, seed: 1);

    [Fact]
    public void Document_EveryCodeBlock_IsCompiledHere()
    {
        var source = Guide.Squeeze(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "tests", "Runtime.Tests", "EmbeddingGuideTests.cs")));
        var blocks = Guide.Code(Embedding.Text).Except(Guide.Code(Embedding.Section("## Image libraries"))).ToList(); // Those are compiled in tests/ImageLibraries.
        Assert.True(blocks.Count >= 14, $"{blocks.Count} blocks are fewer than there should be");
        Assert.All(blocks, block => Assert.Contains(Guide.Squeeze(block), source, StringComparison.Ordinal));
    }

    [Fact]
    public void Document_Reference_NamesEveryPublicTypeAndMember()
    {
        var documented = Guide.Rows(Embedding.Section("## All types and members")).SelectMany(row => Names(row[0]).Select(type => $"{type}: {string.Join(", ", Names(row[1]).Order(StringComparer.Ordinal))}"));
        var exported = typeof(VqCodec).Assembly.GetExportedTypes().Select(type => $"{type.Name}: {string.Join(", ", Members(type).Distinct().Order(StringComparer.Ordinal))}");
        Assert.Equal(exported.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));

        static IEnumerable<string> Names(string cell) => CodeSpan().Matches(cell).Select(m => m.Groups[1].Value);
    }

    [Fact]
    public void Project_AsDocumented_CopiesTheModelToWhereLoadDefaultLooks()
    {
        using var folder = new TemporaryFolder();
        var items = XmlBlock().Match(Embedding.Text).Groups[1].Value;
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
    public void FilesWithoutAModel_Run()
    {
        using var folder = new TemporaryFolder();
        var (vq, path) = (model.Codec.Compress(_rgb, Side, Side), folder["a.vq"]);
        File.WriteAllBytes(path, vq);
        using var stream = File.OpenRead(path);
        VqInfo info = VqFile.ReadInfo(stream);
        VqParts sizes = VqFile.ReadParts(vq);
        VqFile.Verify(vq);
        Console.WriteLine($"version {info.Version}, {info.Width}×{info.Height} {info.Format}, made with the model {info.ModelId}; {sizes.IndexBytes} of {vq.Length} bytes are indices");
        Assert.Equal(model.Codec.Manifest.Id, info.ModelId.ToString());
        Assert.Equal(vq.Length, sizes.HeaderBytes + sizes.SectionBytes + sizes.IndexBytes + sizes.ChecksumBytes);
    }

    [Fact]
    public async Task Threads_Run()
    {
        var (modelFolder, rgb, width, height, cancellationToken) = (model.Folder, _rgb, Side, Side, CancellationToken.None);
        using var codec = VqCodec.Load(modelFolder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = 1 });
        byte[] vq = await codec.CompressAsync(rgb, width, height, cancellationToken: cancellationToken);
        VqImage image = await codec.DecompressAsync(vq, cancellationToken: cancellationToken);
        Assert.Equal(model.Codec.Compress(rgb, width, height), vq);
        Assert.Equal(model.Codec.Decompress(vq).Pixels, image.Pixels);
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

    [Theory]
    [InlineData("cpu")]
    [InlineData("of no kind")]
    public void Devices_Run(string setting)
    {
        var modelFolder = model.Folder;
        VqDevice device = VqDevice.TryParse(setting, out var parsed) ? parsed : VqDevice.Auto; // auto, cpu, cuda, cuda:1
        using var codec = VqCodec.Load(modelFolder, new VqCodecOptions { Device = device });
        Console.WriteLine(codec.Device.IsCuda ? $"runs on GPU {codec.Device.Index}" : "runs on the CPU");
        Assert.False(codec.Device.IsAuto);
        Assert.Equal(setting != "cpu", device.IsAuto);
    }

    [Fact]
    public void Measuring_Runs()
    {
        var (codec, rgb, width, height) = (model.Codec, _rgb, Side, Side);
        VqTimings timings = codec.Measure(rgb, width, height);
        Console.WriteLine($"graphs: encoder {timings.EncoderGraph.TotalMilliseconds:F1} ms, decoder {timings.DecoderGraph.TotalMilliseconds:F1} ms");
        foreach (var (mode, times) in timings.Coding)
            Console.WriteLine($"{mode}: {times.Bytes} bytes, decoded in {times.Decoding.TotalMilliseconds:F1} ms");
        Assert.True(timings.EncoderGraph > TimeSpan.Zero && timings.DecoderGraph > TimeSpan.Zero);
        Assert.NotEmpty(timings.Coding);
    }

    [Fact]
    public void Limits_Run()
    {
        var modelFolder = Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name);
        var limits = new VqLimits { MaxPixels = 16 << 20, MaxMemory = 256 << 20 };
        using var codec = VqCodec.Load(modelFolder, new VqCodecOptions { Limits = limits });
        Assert.Throws<ArgumentException>(() => codec.Compress(new byte[3 * 4097 * 4096], 4097, 4096));

        // What the guide says that they allow: 16 megapixels, planned for both directions on many cores, and not run, which would take seconds.
        var (spec, side) = (codec.Manifest.Spec, 4096);
        LatentPlane[] planes = [.. spec.Planes];
        var header = new VqHeader { Width = side, Height = side, ModelId = ModelId.Parse(codec.Manifest.Id), TileBits = TilePolicy.BitsFor(side, side), Stages = spec.MostStages, EntropyMode = VqEntropyMode.Dense };
        var (padding, budget, coding) = (Padding.Of(planes, side, side), new WindowBudget(spec, limits.MaxMemory, windowPixels: null), CodingMemory.Bytes(header, planes, header.Stages, threads: 16));
        Assert.NotNull(budget.Encoder(padding, header.Stages, coding, latentBytes: 4, out _));
        Assert.NotNull(budget.Decoder(padding, new VqRegion(0, 0, side, side), header.Stages, coding, 3L * side * side, toArray: true, out _));
    }

    /// <summary>What a type declares in public, without what every object or record has.</summary>
    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (typeof(Delegate).IsAssignableFrom(type)) return [];
        var methods = type.GetMethods(Declared).Where(m => !m.IsSpecialName && !m.IsDefined(typeof(CompilerGeneratedAttribute)) && m.Name is not (nameof(ToString) or "Deconstruct" or "<Clone>$"));
        var fields = type.GetFields(Declared).Where(f => !f.IsSpecialName);
        return methods.Select(m => m.Name).Concat(type.GetProperties(Declared).Select(p => p.Name)).Concat(fields.Select(f => f.Name));
    }

    [GeneratedRegex("```xml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex XmlBlock();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();
}
