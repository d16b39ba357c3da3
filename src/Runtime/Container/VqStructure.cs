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

    /// <summary>Checks header, sections and checksum.</summary>
    public static void Verify(ReadOnlySpan<byte> file)
    {
        var reader = new VqReader(file);
        var header = VqHeader.Read(ref reader);
        VqSections.Read(ref reader, header);
        if (reader.Remaining < VqDocument.ChecksumSize) VqThrow.Truncated(reader.Position, "checksum", VqDocument.ChecksumSize, reader.Remaining);
        var (stated, computed) = VqChecksum.Of(file);
        if (stated != computed) VqThrow.WrongChecksum(stated, computed);
    }
}
