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

    /// <summary>Checks header, sections with what is in them, and checksum.</summary>
    public static void Verify(ReadOnlySpan<byte> file)
    {
        var reader = new VqReader(file);
        var header = VqHeader.Read(ref reader);
        var sections = VqSections.Read(ref reader, header);
        if (reader.Remaining < VqDocument.ChecksumSize) VqThrow.Truncated(reader.Position, "checksum", VqDocument.ChecksumSize, reader.Remaining);
        var (stated, computed) = VqChecksum.Of(file);
        if (stated != computed) VqThrow.WrongChecksum(stated, computed);
        if (header.HasAlpha) VerifyAlpha(file, header, sections);
    }

    private static void VerifyAlpha(ReadOnlySpan<byte> file, in VqHeader header, in VqSections sections)
    {
        // No codec decodes more pixels than these, so that inflating more would be time for nothing.
        if ((long)header.Width * header.Height > VqLimits.LargestMaxPixels)
            throw new VqFormatException($"the image is {header.Width}×{header.Height}: expected at most {VqLimits.LargestMaxPixels} pixels");
        AlphaReader.Verify(sections.Alpha.Of(file), header.Width, header.Height);
    }
}
