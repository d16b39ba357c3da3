using System.Buffers.Binary;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// The <c>.vq</c> file as a whole: header, sections, index payload, checksum. <c>docs/vq-format.md</c> is normative.
/// </summary>
internal static class VqContainer
{
    /// <summary>Bytes of the checksum at the end.</summary>
    public const int ChecksumSize = sizeof(uint);

    /// <summary>Bytes of the raw payload.</summary>
    public static long PayloadSize(IReadOnlyList<LatentPlane> planes, int stages, int width, int height)
    {
        long size = 0;
        var padding = Padding.Of(planes, width, height);
        foreach (var plane in planes)
            size += Math.Min(stages, plane.Stages) * BitPacking.Size(padding.Positions(plane), plane.BitsPerIndex);
        return size;
    }

    /// <summary>Writes a file.</summary>
    /// <param name="header">The header; its stages are the ones that are kept.</param>
    /// <param name="planes">The model's planes.</param>
    /// <param name="indices">For each plane the tensor <c>[1,L,h,w]</c>, of which the leading stages are written.</param>
    /// <exception cref="InvalidOperationException">An index is not one of the codebook's.</exception>
    public static byte[] Write(in VqHeader header, IReadOnlyList<LatentPlane> planes, ReadOnlySpan<Memory<int>> indices)
    {
        var payload = PayloadSize(planes, header.Stages, header.Width, header.Height);
        var file = new byte[checked((int)(header.Size + payload + ChecksumSize))];
        var writer = new VqWriter(file);
        header.Write(ref writer);

        var padding = Padding.Of(planes, header.Width, header.Height);
        for (var stage = 0; stage < header.Stages; stage++)
        {
            for (var p = 0; p < planes.Count; p++)
            {
                var plane = planes[p];
                if (stage >= plane.Stages) continue;
                var positions = (int)padding.Positions(plane);
                var map = indices[p].Span.Slice(stage * positions, positions);
                var bad = BitPacking.Pack(map, plane.BitsPerIndex, plane.Codes, writer.Reserve((int)BitPacking.Size(positions, plane.BitsPerIndex)));
                if (bad >= 0) throw new InvalidOperationException($"the encoder gave the index {map[bad]} where the codebook has {plane.Codes} codes");
            }
        }

        var checksum = Crc32C.Compute(file.AsSpan(0, writer.Position));
        BinaryPrimitives.WriteUInt32LittleEndian(writer.Reserve(ChecksumSize), checksum);
        return file;
    }

    /// <summary>Reads the header alone.</summary>
    public static VqHeader ReadHeader(ReadOnlySpan<byte> file)
    {
        var reader = new VqReader(file);
        return VqHeader.Read(ref reader);
    }

    /// <summary>Checks what can be checked without the model: header, sections, checksum.</summary>
    public static void Verify(ReadOnlySpan<byte> file)
    {
        var reader = new VqReader(file);
        var header = VqHeader.Read(ref reader);
        SkipSections(ref reader, header);
        CheckChecksum(file, reader);
    }

    /// <summary>Checks a whole file against the model that is to decode it, before anything of the image's size is allocated.</summary>
    /// <returns>The header, and the payload's offset.</returns>
    public static (VqHeader Header, int Payload) Open(ReadOnlySpan<byte> file, ModelManifest model, VqLimits limits)
    {
        var reader = new VqReader(file);
        var header = VqHeader.Read(ref reader);
        var id = ModelId.Parse(model.Id);
        if (header.ModelId != id) VqThrow.WrongModel(header.ModelId, id, model.Name, !IsChecksumRight(file));

        var planes = model.Planes;
        var stages = planes.Max(p => p.Stages);
        if (header.Stages > stages) throw new VqFormatException($"stages: expected 1 to the model's {stages}, got {header.Stages}");
        if (header.RatePoint >= model.RatePoints)
            throw new VqFormatException($"rate point: expected one below {model.RatePoints}, the number that the model has, got {header.RatePoint}");
        if (limits.Excess(header.Width, header.Height, Padding.Of(planes, header.Width, header.Height)) is { } excess) throw new VqFormatException(excess);

        SkipSections(ref reader, header);
        var expected = reader.Position + PayloadSize(planes, header.Stages, header.Width, header.Height) + ChecksumSize;
        if (file.Length != expected) VqThrow.WrongLength(expected, file.Length);
        CheckChecksum(file, reader);
        return (header, reader.Position);
    }

    /// <summary>Reads the leading stages of the indices.</summary>
    /// <param name="payload">The payload, of the size that <see cref="Open"/> checked.</param>
    /// <param name="header">The header.</param>
    /// <param name="planes">The model's planes.</param>
    /// <param name="stages">Stages to read, at most the header's.</param>
    /// <param name="indices">For each plane the tensor <c>[1,stages,h,w]</c>.</param>
    public static void ReadIndices(ReadOnlySpan<byte> payload, in VqHeader header, IReadOnlyList<LatentPlane> planes, int stages, ReadOnlySpan<Memory<int>> indices)
    {
        var padding = Padding.Of(planes, header.Width, header.Height);
        for (var stage = 0; stage < stages; stage++)
        {
            for (var p = 0; p < planes.Count; p++)
            {
                var plane = planes[p];
                if (stage >= plane.Stages) continue;
                var positions = (int)padding.Positions(plane);
                var size = (int)BitPacking.Size(positions, plane.BitsPerIndex);
                var bad = BitPacking.Unpack(payload[..size], plane.BitsPerIndex, plane.Codes, indices[p].Span.Slice(stage * positions, positions));
                if (bad == positions) throw new VqFormatException($"stage {stage}: expected 0 in the bits behind the last index, got others");
                if (bad >= 0) throw new VqFormatException($"stage {stage}, position {bad}: expected an index below {plane.Codes}, got a higher one");
                payload = payload[size..];
            }
        }
    }

    /// <summary>
    /// Passes over the sections: number, length, content, in ascending order of number, ended by the number 0. Odd numbers are required to
    /// decode the image, even ones are optional. The draft defines none.
    /// </summary>
    private static void SkipSections(ref VqReader reader, in VqHeader header)
    {
        if (!header.HasSections) return;
        var previous = 0;
        while (true)
        {
            var start = reader.Position;
            var number = reader.ReadVarint("section number", 0, int.MaxValue);
            if (number == 0) break;
            if (number <= previous) VqThrow.Invalid(start, "section number", $"0 or above {previous}", $"{number}");
            if ((number & 1) != 0) VqThrow.Invalid(start, "section number", "none that is required (odd) and unknown", $"{number}");
            var length = reader.ReadVarint("section length", 0, int.MaxValue);
            reader.ReadBytes(length, "section");
            previous = number;
        }

        if (previous == 0) VqThrow.Invalid(reader.Position - 1, "section number", "at least one section, as the header says", "0");
    }

    private static void CheckChecksum(ReadOnlySpan<byte> file, in VqReader reader)
    {
        if (reader.Remaining < ChecksumSize) VqThrow.Truncated(reader.Position, "checksum", ChecksumSize, reader.Remaining);
        var (stated, computed) = Checksums(file);
        if (stated != computed) VqThrow.WrongChecksum(stated, computed);
    }

    private static bool IsChecksumRight(ReadOnlySpan<byte> file) =>
        file.Length >= ChecksumSize && Checksums(file) is var (stated, computed) && stated == computed;

    private static (uint Stated, uint Computed) Checksums(ReadOnlySpan<byte> file) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(file[^ChecksumSize..]), Crc32C.Compute(file[..^ChecksumSize]));
}
