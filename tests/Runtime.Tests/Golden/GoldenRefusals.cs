using System.Buffers.Binary;

namespace VqVae.Runtime.Tests.Golden;

/// <summary>Files that break one rule of <c>docs/vq-format.md</c> each; all but those of the checksum have a right one.</summary>
internal static class GoldenRefusals
{
    // Offsets in a file whose width and height take one byte each, or two and one.
    private const int Version = 3;
    private const int Width = 4;

    /// <summary>All of them.</summary>
    /// <param name="accepted">Gives a golden file by its name.</param>
    /// <param name="models">Gives a golden model by its folder.</param>
    public static IEnumerable<(string Name, string Model, string Reason, byte[] Bytes)> All(Func<string, byte[]> accepted, GoldenModels models)
    {
        const string Klt = "models/klt";
        var small = accepted("klt-raw-1x1");
        var (coding, id, rate, stages, payload) = (6, 7, 15, 16, 17);
        yield return (N("magic"), Klt, "the magic is another", VqBytes.Patch(small, 0, (byte)'W'));
        yield return (N("version-0"), Klt, "version 0", VqBytes.Patch(small, Version, 0));
        yield return (N("version-2"), Klt, "version 2", VqBytes.Patch(small, Version, 2));
        yield return (N("width-0"), Klt, "width 0", VqBytes.Patch(small, Width, 0));
        yield return (N("width-too-large"), Klt, "width 2^24", VqBytes.Seal([.. small[..Width], 0x80, 0x80, 0x80, 0x08, .. small[(Width + 1)..^4]]));
        yield return (N("height-0"), Klt, "height 0", VqBytes.Patch(small, Width + 1, 0));
        yield return (N("varint-with-a-zero-byte"), Klt, "a varint with more bytes than it needs", VqBytes.Seal([.. small[..Width], 0x81, 0, .. small[(Width + 1)..^4]]));
        yield return (N("varint-of-six-bytes"), Klt, "a varint of six bytes", VqBytes.Seal([.. small[..Width], 0x81, 0x80, 0x80, 0x80, 0x80, 0, .. small[(Width + 1)..^4]]));
        yield return (N("varint-of-33-bits"), Klt, "a number of 2^32 and more", VqBytes.Seal([.. small[..Width], 0x80, 0x80, 0x80, 0x80, 0x10, .. small[(Width + 1)..^4]]));
        yield return (N("entropy-mode-4"), Klt, "an entropy mode that is not assigned", VqBytes.Patch(small, coding, 0x40));
        yield return (N("entropy-mode-15"), Klt, "an entropy mode that is not assigned", VqBytes.Patch(small, coding, 0xf0));
        yield return (N("bitmap-in-raw"), Klt, "a raw bitmap in a raw file", VqBytes.Patch(small, coding, 0x08));
        yield return (N("another-model"), Klt, "the file was made with another model", VqBytes.Patch(small, id, (byte)(small[id] ^ 1)));
        yield return (N("rate-point"), Klt, "a rate point that the model does not have", VqBytes.Patch(small, rate, 1));
        yield return (N("rate-bit-5"), Klt, "bit 5 of the byte rate", VqBytes.Patch(small, rate, 0x20));
        yield return (N("rate-bit-7"), Klt, "bit 7 of the byte rate", VqBytes.Patch(small, rate, 0x80));
        yield return (N("stages-0"), Klt, "no stage", VqBytes.Patch(small, stages, 0));
        yield return (N("stages-4"), Klt, "more stages than the model has", VqBytes.Patch(small, stages, 4));
        foreach (var tile in (byte[])[5, 10, 11]) yield return (N($"tile-{tile}"), Klt, $"the tile byte is {tile}", Tile(small, tile));
        yield return (N("sections-empty-list"), Klt, "the header says that there are sections, and the list is empty", VqBytes.Seal([.. small[..coding], 4, .. small[(coding + 1)..payload], 0, .. small[payload..^4]]));
        yield return (N("sections-descending"), Klt, "section 4 behind section 6", WithSections(small, [6, 1, 1, 4, 1, 1, 0]));
        yield return (N("sections-twice"), Klt, "section 4 twice", WithSections(small, [4, 1, 1, 4, 1, 1, 0]));
        yield return (N("section-required-unknown"), Klt, "section 3, which is required and not known", WithSections(small, [3, 1, 1, 0]));
        yield return (N("section-over-the-end"), Klt, "a section that is longer than the file", WithSections(small, [4, 100, 1, 0]));
        yield return (N("section-2-empty"), Klt, "section 2 without content", WithSections(small, [2, 0, 0]));
        yield return (N("section-1-without-bit"), Klt, "section 1 in a file whose header has no alpha", WithSections(small, [1, 1, 1, 0]));
        yield return (N("alpha-without-section"), Klt, "the header has alpha, and there is no section 1", VqBytes.Patch(small, coding, 1));
        yield return (N("index-of-no-code"), Klt, "raw index 48 of 48 codes", VqBytes.Patch(small, payload, 48));
        yield return (N("raw-left-over-bit"), Klt, "a bit behind the last raw index", VqBytes.Patch(small, payload, (byte)(small[payload] | 0x40)));
        yield return (N("checksum"), Klt, "the checksum is wrong", [.. small[..^1], (byte)(small[^1] ^ 1)]);
        yield return (N("damaged"), Klt, "a byte is damaged, and the checksum tells", [.. small[..payload], (byte)(small[payload] ^ 1), .. small[(payload + 1)..]]);
        yield return (N("byte-behind-the-checksum"), Klt, "a byte behind the checksum", [.. small, 0]);
        yield return (N("byte-before-the-checksum"), Klt, "a byte between blocks and checksum", VqBytes.Seal([.. small[..^4], 0]));
        yield return (N("cut-short"), Klt, "the last byte is missing", small[..^1]);
        yield return (N("header-alone"), Klt, "the header alone", small[..payload]);
        yield return (N("empty"), Klt, "no byte", []);
        yield return (N("no-tables"), "models/scales", "mode 3 with a model that has no tables", Recode(accepted("scales-raw"), 3));
        foreach (var item in Alpha(accepted)) yield return item;
        foreach (var item in Lengths(accepted)) yield return item;
        foreach (var item in Blocks(accepted, models)) yield return item;

        static string N(string name) => name;
    }

    /// <summary>Files that are refused even where what is left of a file is asked for.</summary>
    public static IEnumerable<(string Name, string Model, string Reason, byte[] Bytes)> InPart(Func<string, byte[]> accepted, GoldenModels models)
    {
        const string Klt = "models/klt";
        foreach (var mode in (string[])["raw", "static", "fast", "dense"])
        {
            var tiles = accepted($"klt-{mode}-tiles-64");
            yield return ($"partial-{mode}-checksum", Klt, "nothing is missing, and the checksum is wrong", [.. tiles[..^1], (byte)(tiles[^1] ^ 1)]);
            yield return ($"partial-{mode}-byte-behind", Klt, "a byte behind the checksum", [.. tiles, 0]);
            yield return ($"partial-{mode}-no-stage", Klt, "not even the first stage is whole", tiles[..(Payload(tiles, models[Klt]) + 5)]);
            yield return ($"partial-{mode}-no-lengths", Klt, "cut inside the block lengths", tiles[..(Head(tiles).Payload + 1)]);
        }

        foreach (var name in (string[])["klt-dense", "klt-static-two-states", "klt-static-four-states", "klt-fast-two-states"])
        {
            var one = accepted(name);
            yield return ($"partial-one-tile-{name[4..]}-checksum", Klt, "one tile, nothing is missing, and the checksum is wrong", [.. one[..^1], (byte)(one[^1] ^ 1)]);
        }

        var rans = accepted("klt-static-two-states");
        var low = rans[..(rans.Length - 100)];
        BinaryPrimitives.WriteUInt32LittleEndian(low.AsSpan(Payload(rans, models[Klt])), 0xffff);
        yield return ("partial-damaged-first-block", Klt, "the first block is damaged before the cut: a first state below 2^16", low);
    }

    /// <summary>The file with other sections; it had none.</summary>
    public static byte[] WithSections(byte[] file, byte[] sections)
    {
        var (coding, payload) = Head(file);
        var content = file[..^4];
        content[coding] |= 4;
        return VqBytes.Seal([.. content[..payload], .. sections, .. content[payload..]]);
    }

    public static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)(value | 128), .. Varint(value >> 7)];

    /// <summary>Alpha sections that are none of the image.</summary>
    private static IEnumerable<(string, string, string, byte[])> Alpha(Func<string, byte[]> accepted)
    {
        var file = accepted("klt-alpha");
        var (coding, head) = Head(file);
        var sections = VqFile.ReadParts(file).SectionBytes;
        var rows = new byte[61 * 40];
        (string Name, string Reason, byte[] Section)[] sectionsOf =
        [
            ("filter-5", "a row of alpha has filter 5", AlphaSectionTests.Deflate([.. rows[..61], 5, .. rows[62..]])),
            ("one-byte-less", "alpha inflates to a byte less than the image has", AlphaSectionTests.Deflate(rows[1..])),
            ("one-byte-more", "alpha inflates to a byte more than the image has", AlphaSectionTests.Deflate([.. rows, 0])),
            ("byte-behind", "a byte behind alpha's zlib stream", [.. AlphaSectionTests.Deflate(rows), 0]),
            ("adler", "alpha's Adler-32 is wrong", Flip(AlphaSectionTests.Deflate(rows), ^1)),
            ("no-zlib", "alpha is no zlib stream", [1, 2, 3, 4, 5, 6, 7, 8]),
            ("dictionary", "alpha's zlib stream wants a preset dictionary", [0x78, 0xbb, 0, 0, 0, 1, .. AlphaSectionTests.Deflate(rows)[2..]]),
            ("cut-short", "alpha's zlib stream ends too early", AlphaSectionTests.Deflate(rows)[..^6]),
        ];
        foreach (var (name, reason, section) in sectionsOf)
        {
            yield return ($"alpha-{name}", "models/klt", reason, VqBytes.Seal(
                [.. file[..head], 1, .. Varint(section.Length), .. section, 0, .. file[(head + sections)..^4]]));
        }

        Assert.Equal(1, file[coding] & 1);

        static byte[] Flip(byte[] bytes, Index at)
        {
            bytes[at] ^= 1;
            return bytes;
        }
    }

    /// <summary>Block lengths and bitmaps that cannot be.</summary>
    private static IEnumerable<(string, string, string, byte[])> Lengths(Func<string, byte[]> accepted)
    {
        const string Klt = "models/klt";
        var raw = accepted("klt-raw-tiles-64");
        var (_, lengths) = Head(raw);
        yield return ("length-0", Klt, "a block of no bytes", VqBytes.Patch(raw, lengths, 0));
        yield return ("length-not-raw-size", Klt, "a raw block that is not as long as its indices", VqBytes.Patch(raw, lengths, (byte)(raw[lengths] - 1)));
        var dense = accepted("klt-dense-tiles-64");
        (_, lengths) = Head(dense);
        Assert.InRange(dense[lengths], 2, 47);
        yield return ("length-over-raw-size", Klt, "a block that is longer than its raw size", VqBytes.Seal([.. dense[..lengths], 49, .. dense[(lengths + 1)..^4]]));
        yield return ("lengths-add-up-to-less", Klt, "block lengths that leave a byte before the checksum", VqBytes.Patch(dense, lengths, (byte)(dense[lengths] - 1)));
        yield return ("lengths-add-up-to-more", Klt, "block lengths that reach over the checksum", VqBytes.Patch(dense, lengths, (byte)(dense[lengths] + 1)));
        yield return ("length-moved", Klt, "a byte of one block counted to the next", VqBytes.Patch(dense, lengths, (byte)(dense[lengths] - 1), (byte)(dense[lengths + 1] + 1)));

        var mixed = accepted("klt-dense-raw-stage");
        var (coding, bitmap) = Head(mixed);
        Assert.Equal((8, 1), (mixed[coding] & 8, mixed[bitmap]));
        yield return ("bitmap-without-a-1", Klt, "a bitmap without a 1", VqBytes.Patch(mixed, bitmap, 0));
        yield return ("bitmap-left-over-bit", Klt, "a bitmap with a bit behind the last block", VqBytes.Patch(mixed, bitmap, (byte)(mixed[bitmap] | 8)));
    }

    /// <summary>Blocks that no encoder writes, of every mode.</summary>
    private static IEnumerable<(string, string, string, byte[])> Blocks(Func<string, byte[]> accepted, GoldenModels models)
    {
        const string Klt = "models/klt";
        foreach (var mode in (string[])["static", "fast"])
        {
            // The first block's states come first.
            var file = accepted($"klt-{mode}-tiles-64");
            var start = Payload(file, models[Klt]);
            var low = file[..^4];
            BinaryPrimitives.WriteUInt32LittleEndian(low.AsSpan(start), 0xffff);
            yield return ($"{mode}-state-below", Klt, "a first state below 2^16", VqBytes.Seal(low));
            yield return ($"{mode}-end-state", Klt, "a state that is not 2^16 at the block's end", VqBytes.Patch(file, start, (byte)(file[start] ^ 1)));
        }

        var one = accepted("klt-dense");
        yield return ("dense-last-byte", Klt, "a dense file's last block ends with other bytes than the fewest", Lengthen(one));
        var dense = accepted("klt-dense-tiles-64");
        var first = Payload(dense, models[Klt]);
        var length = dense[Head(dense).Payload];
        yield return ("dense-last-byte-of-a-block", Klt, "a dense block whose last byte is another in the same range", OtherLastByte(dense, first + length - 1, models[Klt]));
        yield return ("static-stage-without-table", "models/random-5000", "a stage without a table that is not marked raw", Unmarked(accepted("random-5000-static"), models["models/random-5000"]));
        yield return ("fast-stage-without-tables", "models/random-5000", "a stage without tables that is not marked raw", Unmarked(accepted("random-5000-fast"), models["models/random-5000"]));
    }

    /// <summary>The file with one byte more behind its last block.</summary>
    private static byte[] Lengthen(byte[] file) => VqBytes.Seal([.. file[..^4], 0]);

    /// <summary>The file with another last byte in one block, such that its decisions stay the same.</summary>
    private static byte[] OtherLastByte(byte[] file, int at, GoldenModel model)
    {
        for (var value = 0; value < 256; value++)
        {
            if (value == file[at]) continue;
            var other = VqBytes.Patch(file, at, (byte)value);
            try
            {
                model.Read(other);
            }
            catch (VqFormatException e) when (e.Message.Contains("last byte", StringComparison.Ordinal) || e.Message.Contains("end", StringComparison.Ordinal))
            {
                return other;
            }
            catch (VqFormatException)
            {
            }
        }

        throw new InvalidOperationException("no other last byte is refused");
    }

    /// <summary>The file without its bitmap.</summary>
    private static byte[] Unmarked(byte[] file, GoldenModel model)
    {
        var (coding, head) = Head(file);
        var content = file[..^4];
        content[coding] &= 0xf7;
        return VqBytes.Seal([.. content[..head], .. content[Payload(file, model)..]]);
    }

    private static byte[] Tile(byte[] file, byte tile)
    {
        var content = file[..^4];
        content[15] |= 0x10;
        return VqBytes.Seal([.. content[..17], tile, .. content[17..]]);
    }

    private static byte[] Recode(byte[] file, int mode)
    {
        var content = file[..^4];
        content[Head(file).Coding] |= (byte)(mode << 4);
        return VqBytes.Seal(content);
    }

    /// <summary>Where the byte coding is, and where the header ends.</summary>
    private static (int Coding, int Payload) Head(byte[] file)
    {
        var at = Width;
        for (var i = 0; i < 2; i++)
        {
            while (file[at] >= 128) at++;
            at++;
        }

        return (at, VqFile.ReadParts(file).HeaderBytes);
    }

    /// <summary>Where the blocks start.</summary>
    private static int Payload(byte[] file, GoldenModel model)
    {
        var document = VqDocument.Open(file, model.Manifest, new VqLimits());
        return document.HeadSize + document.IndexSize;
    }
}
