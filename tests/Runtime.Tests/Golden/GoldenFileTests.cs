using System.Runtime.InteropServices;

namespace VqVae.Runtime.Tests.Golden;

/// <summary>
/// The promise of version 1: every file of <c>tests/golden</c> is read as on the day when it was made. A failure here is never mended by making the files anew.
/// </summary>
public sealed class GoldenFileTests(GoldenFileTests.Opened opened) : IClassFixture<GoldenFileTests.Opened>
{
    private static readonly GoldenVectors Vectors = GoldenVectors.Load(GoldenVectors.Folder);

    private readonly GoldenModels _models = opened.Models;

    /// <summary>The models, for all tests of the class: they read two hundred files of eight.</summary>
    public sealed class Opened : IDisposable
    {
        internal GoldenModels Models { get; } = new(GoldenVectors.Folder);

        public void Dispose() => Models.Dispose();
    }

    public static TheoryData<string> Accepted => [.. Vectors.Accept.Select(f => f.File)];

    public static TheoryData<string> WithPixels => [.. Vectors.Accept.Where(f => f.Pixels is not null).Select(f => f.File)];

    public static TheoryData<string> CutShort => [.. Vectors.Partial.Select(f => f.File)];

    public static TheoryData<string> Refused => [.. Vectors.Refuse.Select(f => f.File)];

    public static TheoryData<string> RefusedInPart => [.. Vectors.RefusePartial.Select(f => f.File)];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Read_GoldenFile_GivesItsIndicesAlphaAndExif(string name) => CheckAccepted(GoldenVectors.Folder, Vectors.Accept.Single(f => f.File == name), _models);

    [Theory]
    [MemberData(nameof(CutShort))]
    public void Read_GoldenFileCutShort_GivesItsWholeStages(string name) => CheckPartial(GoldenVectors.Folder, Vectors.Partial.Single(f => f.File == name), _models);

    [Theory]
    [MemberData(nameof(Refused))]
    public void Read_FileThatMustBeRefused_IsRefused(string name) => CheckRefused(GoldenVectors.Folder, Vectors.Refuse.Single(f => f.File == name), _models);

    [Theory]
    [MemberData(nameof(RefusedInPart))]
    public void Read_DamagedFileInPart_IsRefused(string name) => CheckRefused(GoldenVectors.Folder, Vectors.RefusePartial.Single(f => f.File == name), _models, allowPartial: true);

    [Theory]
    [MemberData(nameof(WithPixels))]
    public void Decompress_GoldenFile_GivesItsPixelsWithinOne(string name)
    {
        var file = Vectors.Accept.Single(f => f.File == name);
        using var codec = VqCodec.Load(Path.Combine(GoldenVectors.Folder, file.Model), new VqCodecOptions { Device = VqDevice.Cpu, Precision = VqPrecision.Fp32 });
        var image = codec.Decompress(Bytes(GoldenVectors.Folder, file.File));
        var expected = Bytes(GoldenVectors.Folder, file.Pixels!);
        Assert.Equal((file.Width, file.Height, expected.Length), (image.Width, image.Height, image.Pixels.Length));
        for (var i = 0; i < expected.Length; i++) Assert.InRange(image.Pixels[i], expected[i] - 1, expected[i] + 1);
    }

    /// <summary>Whether the list has every mode, with and without tiles, every section, and all that a header can say.</summary>
    [Fact]
    public void Vectors_Always_CoverTheFormat()
    {
        var accept = Vectors.Accept;
        foreach (var mode in (string[])["raw", "static", "fast", "dense"])
        {
            var files = accept.Where(f => f.Entropy == mode).ToList();
            Assert.Contains(files, f => f.TileSize == 64 && (f.Width > 64 || f.Height > 64));
            Assert.Contains(files, f => f.TileSize == 1024 && f.Width <= 1024 && f.Height <= 1024);
            Assert.Contains(files, f => f.Planes.Count == 1);
            Assert.Contains(files, f => f.Planes.Count == 2);
            Assert.Contains(Vectors.Partial, f => f.Entropy == mode);
        }

        foreach (var (alpha, gray) in (ReadOnlySpan<(bool, bool)>)[(false, false), (true, false), (false, true), (true, true)])
            Assert.Contains(accept, f => f.Alpha == alpha && f.Gray == gray && f.Pixels is not null);
        foreach (var size in (int[])[64, 128, 256, 512, 1024]) Assert.Contains(accept, f => f.TileSize == size);
        Assert.Contains(accept, f => f.ExifFile is not null);
        Assert.Contains(accept, f => f.RatePoint > 0);
        Assert.Contains(accept, f => f.Width >= 1 << 14);
        Assert.Contains(accept, f => f.Width == 1 && f.Height == 1);
        Assert.Contains(accept, f => f.AlphaFile is not null && f.TileSize == 64);
        Assert.True(Vectors.Refuse.Count > 50);
        Assert.True(Vectors.RefusePartial.Count > 5);
        Assert.All(Directory.GetFiles(GoldenVectors.Folder, "*.vq", SearchOption.AllDirectories), path => Assert.Contains(
            Path.GetRelativePath(GoldenVectors.Folder, path).Replace('\\', '/'),
            accept.Concat(Vectors.Partial).Select(f => f.File).Concat(Vectors.Refuse.Concat(Vectors.RefusePartial).Select(f => f.File))));
    }

    internal static void CheckAccepted(string folder, GoldenFile expected, GoldenModels models)
    {
        var file = Bytes(folder, expected.File);
        var info = VqFile.ReadInfo(file);
        Assert.Equal(
            (1, expected.Width, expected.Height, expected.Alpha, expected.RatePoint, expected.Stages, expected.Entropy),
            (info.Version, info.Width, info.Height, info.HasAlpha, info.RatePoint, info.Stages, info.EntropyMode.ToString().ToLowerInvariant()));
        Assert.Equal(expected.Gray, info.Format is PixelFormat.Gray8 or PixelFormat.GrayAlpha16);
        var model = models[expected.Model];
        Assert.Equal(model.Manifest.Id, info.ModelId.ToString());
        CheckIndices(folder, expected, model.Read(file));
        Assert.Equal(expected.ExifFile is null ? [] : Bytes(folder, expected.ExifFile), VqFile.ReadExif(file));
        Assert.Equal(expected.Alpha, expected.AlphaFile is not null);
        if (!expected.Alpha) return;
        var section = VqDocument.Open(file, model.Manifest, new VqLimits()).Sections.Alpha.Of(file.AsMemory());
        using var rows = new AlphaReader(section, expected.Width, expected.Height);
        Assert.Equal(Bytes(folder, expected.AlphaFile!), Enumerable.Range(0, expected.Height).SelectMany(_ => rows.ReadRow().ToArray()));
    }

    internal static void CheckPartial(string folder, GoldenFile expected, GoldenModels models)
    {
        var (file, model) = (Bytes(folder, expected.File), models[expected.Model]);
        Assert.Throws<VqFormatException>(() => model.Read(file));
        Assert.Equal(expected.WholeStages, expected.Planes.Max(p => p.Stages));
        CheckIndices(folder, expected, model.Read(file, allowPartial: true));
    }

    internal static void CheckRefused(string folder, RefusedFile refused, GoldenModels models, bool allowPartial = false)
    {
        var (file, model) = (Bytes(folder, refused.File), models[refused.Model]);
        Assert.Throws<VqFormatException>(() => model.Read(file, allowPartial));
        Assert.False(string.IsNullOrWhiteSpace(refused.Reason));
    }

    internal static byte[] Bytes(string folder, string name) => File.ReadAllBytes(Path.Combine(folder, name));

    private static void CheckIndices(string folder, GoldenFile expected, int[][] indices)
    {
        var all = MemoryMarshal.Cast<byte, ushort>(Bytes(folder, expected.Indices));
        foreach (var (plane, actual) in expected.Planes.Zip(indices))
        {
            var count = plane.Columns * plane.Rows * plane.Stages;
            Assert.Equal(all[..count].ToArray().Select(i => (int)i), actual);
            all = all[count..];
        }

        Assert.Equal((expected.Planes.Count, 0), (indices.Length, all.Length));
    }
}
