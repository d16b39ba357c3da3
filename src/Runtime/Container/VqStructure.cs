namespace VqVae.Runtime;

/// <summary>What can be read of a file without its model.</summary>
internal static class VqStructure
{
    /// <summary>Reads the header alone.</summary>
    public static VqHeader ReadHeader(ReadOnlySpan<byte> file)
    {
        var reader = new VqReader(file);
        return VqHeader.Read(ref reader);
    }

    /// <summary>Reads the EXIF section's content; empty where there is none.</summary>
    public static ReadOnlySpan<byte> ReadExif(ReadOnlySpan<byte> file)
    {
        var exif = Open(file).Sections.Exif.Of(file);
        if (!exif.IsEmpty && ExifSection.Problem(exif) is { } problem) throw new VqFormatException(problem);
        return exif;
    }

    /// <summary>Says how large the parts of a whole file are.</summary>
    public static VqParts ReadParts(ReadOnlySpan<byte> file)
    {
        var (header, sections) = Open(file);
        return Parts(file, header, sections);
    }

    public static VqParts Parts(ReadOnlySpan<byte> file, in VqHeader header, in VqSections sections) => new()
    {
        HeaderBytes = header.Size,
        SectionBytes = sections.Size,
        AlphaBytes = sections.Alpha.Length,
        ExifBytes = sections.Exif.Length,
        IndexBytes = file.Length - header.Size - sections.Size - VqDocument.ChecksumSize,
        ChecksumBytes = VqDocument.ChecksumSize,
    };

    /// <summary>Checks header, sections with what is in them, and checksum.</summary>
    public static void Verify(ReadOnlySpan<byte> file, VqLimits limits)
    {
        var (header, sections) = Open(file);
        if (header.HasAlpha && limits.Excess(header.Width, header.Height) is { } excess) throw new VqFormatException(excess);
        var (stated, computed) = VqChecksum.Of(file);
        if (stated != computed) VqThrow.WrongChecksum(stated, computed);
        VerifySections(file, header, sections);
    }

    /// <summary>Checks what is in the sections.</summary>
    public static void VerifySections(ReadOnlySpan<byte> file, in VqHeader header, in VqSections sections)
    {
        if (sections.Exif.Length > 0 && ExifSection.Problem(sections.Exif.Of(file)) is { } problem) throw new VqFormatException(problem);
        if (header.HasAlpha) AlphaReader.Verify(sections.Alpha.Of(file), header.Width, header.Height);
    }

    private static (VqHeader Header, VqSections Sections) Open(ReadOnlySpan<byte> file)
    {
        var reader = new VqReader(file);
        var header = VqHeader.Read(ref reader);
        var sections = VqSections.Read(ref reader, header);

        // The least index payload is a byte; how much it should be only the model says.
        const int Least = 1 + VqDocument.ChecksumSize;
        if (reader.Remaining < Least) VqThrow.Truncated(reader.Position, "indices and checksum", Least, reader.Remaining);
        return (header, sections);
    }
}
