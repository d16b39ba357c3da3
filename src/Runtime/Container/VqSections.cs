namespace VqVae.Runtime;

/// <summary>
/// Where a file's sections are. Each is a number, a length and that many bytes, in ascending order of number, ended by the number 0. Odd
/// numbers are required to decode the image, even ones are optional.
/// </summary>
internal readonly record struct VqSections
{
    /// <summary>The alpha channel; there exactly when the header says so.</summary>
    public const int AlphaNumber = 1;

    /// <summary>EXIF metadata, a TIFF structure.</summary>
    public const int ExifNumber = 2;

    /// <summary>The alpha section's content; empty where there is none.</summary>
    public FilePart Alpha { get; init; }

    /// <summary>The EXIF section's content; empty where there is none.</summary>
    public FilePart Exif { get; init; }

    /// <summary>Bytes of all sections with their numbers, lengths and end.</summary>
    public int Size { get; init; }

    /// <summary>Reads the numbers and lengths; unknown optional sections are passed over.</summary>
    public static VqSections Read(ref VqReader reader, in VqHeader header)
    {
        var sections = header.HasSections ? ReadList(ref reader) : default;
        if (header.HasAlpha != sections.Alpha.Length > 0)
        {
            VqThrow.Invalid(
                reader.Position, "sections", header.HasAlpha ? "an alpha section, as the header says" : "no alpha section, as the header says", header.HasAlpha ? "none" : "one");
        }

        return sections;
    }

    /// <summary>Bytes that the sections take.</summary>
    public static long SizeOf(int alphaLength, int exifLength)
    {
        if (alphaLength == 0 && exifLength == 0) return 0;
        return SectionSize(alphaLength) + SectionSize(exifLength) + 1;

        static long SectionSize(int length) => length == 0 ? 0 : 1 + VqWriter.VarintSize(length) + (long)length;
    }

    /// <summary>Writes the sections that are not empty; nothing where all are.</summary>
    public static void Write(ref VqWriter writer, ReadOnlySpan<byte> alpha, ReadOnlySpan<byte> exif)
    {
        if (alpha.IsEmpty && exif.IsEmpty) return;
        WriteOne(ref writer, AlphaNumber, alpha);
        WriteOne(ref writer, ExifNumber, exif);
        writer.WriteVarint(0);

        static void WriteOne(ref VqWriter writer, int number, ReadOnlySpan<byte> content)
        {
            if (content.IsEmpty) return;
            writer.WriteVarint(number);
            writer.WriteVarint(content.Length);
            writer.WriteBytes(content);
        }
    }

    private static VqSections ReadList(ref VqReader reader)
    {
        var begin = reader.Position;
        var previous = 0;
        FilePart alpha = default, exif = default;
        while (true)
        {
            var start = reader.Position;
            var number = reader.ReadVarint("section number", 0, int.MaxValue);
            if (number == 0) break;
            if (number <= previous) VqThrow.Invalid(start, "section number", $"0 or above {previous}", $"{number}");
            if ((number & 1) != 0 && number != AlphaNumber) VqThrow.Invalid(start, "section number", "none that is required (odd) and unknown", $"{number}");
            var length = reader.ReadVarint("section length", 0, int.MaxValue);
            var known = number is AlphaNumber or ExifNumber;
            if (known && length == 0) VqThrow.Invalid(start, $"section {number}", "at least 1 byte", "0");
            var part = new FilePart(reader.Position, length);
            reader.ReadBytes(length, "section");
            if (number == AlphaNumber) alpha = part;
            if (number == ExifNumber) exif = part;
            previous = number;
        }

        if (previous == 0) VqThrow.Invalid(reader.Position - 1, "section number", "at least one section, as the header says", "0");
        return new VqSections { Alpha = alpha, Exif = exif, Size = reader.Position - begin };
    }
}
