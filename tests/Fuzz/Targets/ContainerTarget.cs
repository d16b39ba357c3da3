using System.Buffers.Binary;
using System.IO.Compression;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Fuzz.Targets;

/// <summary><c>.vq</c> files of all entropy modes, with and without sections and tiles, down to the indices.</summary>
internal sealed class ContainerTarget : FuzzTarget
{
    /// <summary>What is within the limits is decoded; a larger file would only take longer.</summary>
    private static readonly VqLimits Limits = new() { MaxPixels = 1 << 18 };

    private static readonly CoderSet Coders = new(FuzzModel.Manifest, FuzzModel.Tables.Coder);

    public override string Name => "container";

    public override IReadOnlyList<byte[]> Seeds { get; } = MakeSeeds();

    /// <summary>Makes the checksum right.</summary>
    public override void Repair(byte[] input)
    {
        if (input.Length >= VqDocument.ChecksumSize)
            BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(input.Length - VqDocument.ChecksumSize), Crc32C.Compute(input.AsSpan(0, input.Length - VqDocument.ChecksumSize)));
    }

    public override void Read(byte[] input)
    {
        // Whole, and as far as it goes: what the second accepts beyond the first is a file that is cut short.
        VqFormatException? refused = null;
        try
        {
            VqFile.Verify(input);
            Decode(input, allowPartial: false);
        }
        catch (VqFormatException e)
        {
            refused = e;
        }

        try
        {
            Decode(input, allowPartial: true);
        }
        catch (VqFormatException e)
        {
            throw refused is null ? new InvalidOperationException("read as a whole file, refused as part of one", e) : refused;
        }

        if (refused is not null) throw refused;
    }

    public override bool IsRefusal(Exception exception) => exception is VqFormatException;

    private static void Decode(byte[] file, bool allowPartial)
    {
        var document = VqDocument.Open(file, FuzzModel.Manifest, Limits, allowPartial);
        var padding = Padding.Of(FuzzModel.Planes, document.Header.Width, document.Header.Height);
        using var maps = new IndexMaps(FuzzModel.Planes, document.CompleteStages, padding);
        AllTiles.Decode(document, file, Coders.ForReading(document.Header), Coders.Raw, maps);
        for (var p = 0; p < FuzzModel.Planes.Length; p++)
        {
            foreach (var index in maps.Plane(p))
                if (index >= FuzzModel.Planes[p].Codes) throw new InvalidOperationException($"decoded the index {index} of {FuzzModel.Planes[p].Codes} codes");
        }
    }

    private static List<byte[]> MakeSeeds()
    {
        var seeds = new List<byte[]>();
        foreach (var mode in Enum.GetValues<VqEntropyMode>())
        {
            if (Coders.Find(mode, 0) is not { } coder) continue;
            foreach (var (width, height, stages, tileBits) in ((int, int, int, int)[])[(100, 60, 3, 10), (17, 9, 1, 10), (150, 200, 2, 6)])
            {
                var sections = seeds.Count % 2 == 0;
                using var maps = FuzzModel.Maps(width, height, stages, seed: seeds.Count);
                var header = new VqHeader
                {
                    Width = width,
                    Height = height,
                    ModelId = ModelId.Parse(FuzzModel.Manifest.Id),
                    Stages = stages,
                    EntropyMode = mode,
                    TileBits = tileBits,
                    HasAlpha = sections,
                    HasSections = sections,
                };
                seeds.Add(AllTiles.Encode(header, maps, coder, Coders.Raw, sections ? Alpha(width, height) : default, sections ? "II*\0\b\0\0\0\0\0\0\0\0\0"u8 : default));
            }
        }

        return seeds;
    }

    /// <summary>Rows of a filter byte and a gradient.</summary>
    private static byte[] Alpha(int width, int height)
    {
        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Fastest))
        {
            for (var y = 0; y < height; y++) zlib.Write([0, .. Enumerable.Range(0, width).Select(x => (byte)(x + y))]);
        }

        return stream.ToArray();
    }
}
