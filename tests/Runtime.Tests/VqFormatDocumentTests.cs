using System.Globalization;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

/// <summary>The examples of <c>docs/vq-format.md</c>.</summary>
public class VqFormatDocumentTests
{
    [Fact]
    public void OneTile_IsWhatTheCodeWritesAndReads()
    {
        var bytes = Example(0);
        Assert.Equal(VqBytes.Example(), bytes);
        Assert.Equal(VqBytes.ExampleIndices, VqBytes.Read(bytes, VqBytes.Manifest)[0]);
        Assert.Equal(VqBytes.ExampleIndices, PlainDecoder.Decode(bytes, VqBytes.Manifest.Planes).Indices[0]);
    }

    [Fact]
    public void TwoTiles_IsWhatTheCodeWritesAndReads()
    {
        LatentPlane[] planes = [new("top", 16, 1, 4), new("bottom", 8, 2, 20)];
        var model = VqBytes.ManifestOf(planes, ratePoints: 4);
        var header = VqBytes.Header(72, 9, isGray: true) with { RatePoint = 3, TileBits = 6 };
        int[][] indices = [[0, 1, 2, 3, 0], [.. Enumerable.Range(0, 20), .. Enumerable.Range(0, 20).Reverse()]];
        byte[] exif = [.. "II*\0"u8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];

        // How deflate writes the alpha is its own choice: what the document has is taken as it is.
        var bytes = Example(1);
        var sections = VqDocument.Open(bytes, model, new VqLimits()).Sections;
        Assert.Equal(bytes, VqBytes.Write(header, planes, indices, alpha: sections.Alpha.Of(bytes).ToArray(), exif: exif));
        Assert.Equal(indices, VqBytes.Read(bytes, model));
        Assert.Equal(indices, PlainDecoder.Decode(bytes, planes).Indices);
        Assert.Equal(exif, VqFile.ReadExif(bytes));
        VqFile.Verify(bytes);
        using var alpha = new AlphaReader(sections.Alpha.Of(bytes.AsMemory()), 72, 9);
        for (var y = 0; y < 9; y++) Assert.Equal(Enumerable.Range(0, 72).Select(x => (byte)(x < 8 ? 0 : 255)), alpha.ReadRow().ToArray());
    }

    private static byte[] Example(int number)
    {
        var document = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "vq-format.md"));
        var parts = document.Split("```hex\n");
        var block = parts[number + 1].Split("```")[0];
        byte[] bytes = [.. block.Split('\n').SelectMany(line => line.Split("  ")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(hex => byte.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        Assert.EndsWith($"The file has {bytes.Length} bytes:\n\n", parts[number], StringComparison.Ordinal);
        return bytes;
    }
}
