using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Run;

namespace VqVae.Trainer.Tests;

public partial class CodesFileTests
{
    private static readonly LatentPlane[] TwoPlanes = [new("top", 8, 2, 65536), new("bottom", 4, 1, 16)];

    private static CodesDescription Description => new()
    {
        Id = "0123456789abcdef",
        Spec = RandomCheckpoint.TinyKlt,
        RatePoint = 0,
        Lambda = 12.5,
        SampleMode = SampleMode.Crop,
        ImageSize = 16,
    };

    [Theory]
    [InlineData]
    [InlineData(3L)]
    [InlineData(5L, 1L)]
    [InlineData(200000L, 4L, 16L, 16L)]
    public void WriteHeader_AnyShape_IsWhatTheFormatSays(params long[] shape)
    {
        using var stream = new MemoryStream();
        NpyFile.WriteHeader(stream, NpyFile.UInt16, shape);
        Assert.Equal(0, stream.Length % 64);
        var (type, read, data) = ReadNpy(stream.ToArray());
        Assert.Equal(("<u2", stream.Length), (type, data));
        Assert.Equal(shape, read);
    }

    [Fact]
    public void Save_AsSafetensors_HasPlanesNamesAndDescription()
    {
        using var folder = new TemporaryFolder();
        Write(folder["c.safetensors"]);

        var file = SafetensorsFile.Load(folder["c.safetensors"]);

        Assert.Equal([2L, 2, 2, 2], file["indices_top"].Shape);
        Assert.Equal([2L, 1, 4, 4], file["indices_bottom"].Shape);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 65528, 65529, 65530, 65531, 65532, 65533, 65534, 65535], file["indices_top"].Values<ushort>().ToArray());
        Assert.Equal(15, file["indices_bottom"].Values<ushort>()[^1]);
        var names = file["files"].Data.ToArray();
        Assert.Equal(["a/1.png", "b \"é\".png"], JsonSerializer.Deserialize<string[]>(names)!);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(names)), file.GetMetadata("files_sha256"));
        Assert.Equal(("vqvae-codes/1", "12.5", "crop", "16"), (file.GetMetadata("format"), file.GetMetadata("lambda"), file.GetMetadata("sample_mode"), file.GetMetadata("image_size")));
        Assert.Equal(RandomCheckpoint.TinyKlt, ModelSpec.FromJson(file.GetMetadata("spec")));
        Assert.Equal([folder["c.safetensors"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Save_AsNumPy_HasAnArrayForEachPlaneAndADescription()
    {
        using var folder = new TemporaryFolder();
        Write(folder["c.npy"]);

        Assert.Equal(["c.bottom.npy", "c.json", "c.top.npy"], Directory.GetFiles(folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(CodesFile.FilesOf(folder["c.npy"], TwoPlanes).Order(StringComparer.Ordinal), Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal));
        var content = File.ReadAllBytes(folder["c.top.npy"]);
        var (type, shape, data) = ReadNpy(content);
        Assert.Equal("<u2", type);
        Assert.Equal([2, 2, 2, 2], shape);
        Assert.Equal(data + (16 * 2), content.Length);
        Assert.Equal(65528, BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan((int)data + 16)));
        using var json = JsonDocument.Parse(File.ReadAllBytes(folder["c.json"]));
        Assert.Equal(["a/1.png", "b \"é\".png"], json.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetString()!));
        Assert.Equal(8, json.RootElement.GetProperty("spec").GetProperty("stride").GetInt32());
    }

    [Fact]
    public void Dispose_WithoutSaving_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        using (var codes = new CodesFile(folder["c.npy"], TwoPlanes, 16)) Add(codes);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Add_WrongSizeOrCode_Throws()
    {
        using var folder = new TemporaryFolder();
        using var codes = new CodesFile(folder["c.npy"], [new("", 8, 1, 16)], 16);
        Assert.Throws<ArgumentOutOfRangeException>(() => codes.Add("a", [[1, 2, 3]]));
        Assert.Throws<OverflowException>(() => codes.Add("a", [[1, 2, 3, 65536]]));
        Assert.Contains(".npy", Assert.Throws<ArgumentException>(() => new CodesFile(folder["c.bin"], TwoPlanes, 16)).Message, StringComparison.Ordinal);
    }

    /// <summary>Reads a header after the format's description: the type, the shape, and where the data begin.</summary>
    internal static (string Type, long[] Shape, long Data) ReadNpy(byte[] content)
    {
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], content[..8]);
        var length = content[8] + (256 * content[9]);
        var header = Encoding.Latin1.GetString(content, 10, length);
        Assert.EndsWith("\n", header, StringComparison.Ordinal);
        var match = Header().Match(header.TrimEnd(' ', '\n'));
        Assert.True(match.Success, header);
        var tuple = match.Groups["shape"].Value;
        var parts = tuple.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(parts.Length != 1 || tuple.EndsWith(','), "a tuple of one has a comma");
        return (match.Groups["type"].Value, [.. parts.Select(p => long.Parse(p, CultureInfo.InvariantCulture))], 10 + length);
    }

    private static void Write(string path)
    {
        using var codes = new CodesFile(path, TwoPlanes, 16);
        Add(codes);
        codes.Save(Description);
    }

    private static void Add(CodesFile codes)
    {
        codes.Add("a/1.png", [[.. Enumerable.Range(0, 8)], new int[16]]);
        codes.Add("b \"é\".png", [[.. Enumerable.Range(65528, 8)], [.. Enumerable.Range(0, 16)]]);
    }

    [GeneratedRegex(@"^\{'descr': '(?<type>[^']+)', 'fortran_order': False, 'shape': \((?<shape>[0-9, ]*)\), \}$")]
    private static partial Regex Header();
}
