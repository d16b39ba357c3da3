using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The fields at the start of a <c>.vq</c> file; <c>docs/vq-format.md</c> is normative.</summary>
internal readonly record struct VqHeader
{
    /// <summary>The draft; delivery freezes version 1.</summary>
    public const int DraftVersion = 0;

    /// <summary>Most bytes that a header takes.</summary>
    public const int MaxSize = 3 + 1 + 4 + 4 + 1 + ModelId.Size + 5 + 1;

    private const int FormatMask = 0b0000_0011;
    private const int SectionsBit = 0b0000_0100;
    private const int ReservedBit = 0b0000_1000;
    private const int EntropyShift = 4;

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required PixelFormat Format { get; init; }

    public required ModelId ModelId { get; init; }

    public int RatePoint { get; init; }

    public required int Stages { get; init; }

    public VqEntropyMode EntropyMode { get; init; }

    /// <summary>Whether sections follow the header.</summary>
    public bool HasSections { get; init; }

    /// <summary>"VQ" and a control character, which marks the file as binary.</summary>
    private static ReadOnlySpan<byte> Magic => [(byte)'V', (byte)'Q', 0x1a];

    /// <summary>Bytes that the header takes.</summary>
    public int Size =>
        Magic.Length + 1 + VqWriter.VarintSize(Width) + VqWriter.VarintSize(Height) + 1 + ModelId.Size + VqWriter.VarintSize(RatePoint) + 1;

    public static VqHeader Read(ref VqReader reader)
    {
        CheckMagic(ref reader);
        var version = reader.ReadByte("version");
        if (version != DraftVersion) VqThrow.Invalid(reader.Position - 1, "version", $"{DraftVersion}", $"{version}");
        var width = reader.ReadVarint("width", 1, VqLimits.MaxSide);
        var height = reader.ReadVarint("height", 1, VqLimits.MaxSide);

        var coding = reader.ReadByte("coding");
        var format = (PixelFormat)(coding & FormatMask); // The file's two numbers are those of the enumeration.
        if (format is not (PixelFormat.Rgb24 or PixelFormat.Gray8))
            VqThrow.Invalid(reader.Position - 1, "pixel format", $"{(int)PixelFormat.Rgb24} (RGB) or {(int)PixelFormat.Gray8} (grey)", $"{(int)format}");
        if ((coding & ReservedBit) != 0) VqThrow.Invalid(reader.Position - 1, "reserved bit", "0", "1");
        var entropyMode = (VqEntropyMode)(coding >> EntropyShift);
        if (entropyMode != VqEntropyMode.Raw) VqThrow.Invalid(reader.Position - 1, "entropy mode", $"{(int)VqEntropyMode.Raw} (raw)", $"{(int)entropyMode}");

        var id = ModelId.Read(reader.ReadBytes(ModelId.Size, "model id"));
        var ratePoint = reader.ReadVarint("rate point", 0, int.MaxValue);
        var stages = reader.ReadByte("stages");
        if (stages == 0) VqThrow.Invalid(reader.Position - 1, "stages", $"1 to {ModelSpec.MaxStages}", "0");
        return new VqHeader
        {
            Width = width,
            Height = height,
            Format = format,
            ModelId = id,
            RatePoint = ratePoint,
            Stages = stages,
            EntropyMode = entropyMode,
            HasSections = (coding & SectionsBit) != 0,
        };
    }

    public void Write(ref VqWriter writer)
    {
        writer.WriteBytes(Magic);
        writer.WriteByte(DraftVersion);
        writer.WriteVarint(Width);
        writer.WriteVarint(Height);
        writer.WriteByte((byte)((int)Format | (HasSections ? SectionsBit : 0) | ((int)EntropyMode << EntropyShift)));
        ModelId.Write(writer.Reserve(ModelId.Size));
        writer.WriteVarint(RatePoint);
        writer.WriteByte((byte)Stages);
    }

    public VqInfo ToInfo() => new()
    {
        Version = DraftVersion,
        Width = Width,
        Height = Height,
        Format = Format,
        ModelId = ModelId,
        RatePoint = RatePoint,
        Stages = Stages,
        EntropyMode = EntropyMode,
    };

    private static void CheckMagic(ref VqReader reader)
    {
        // A short prefix of a right file is cut short; anything else is another kind of file, whatever its length.
        var present = Math.Min(reader.Remaining, Magic.Length);
        var found = reader.ReadBytes(present, "magic");
        if (!Magic.StartsWith(found)) VqThrow.Invalid(0, "magic", Convert.ToHexStringLower(Magic), $"{Convert.ToHexStringLower(found)}: this is no .vq file");
        if (present < Magic.Length) VqThrow.Truncated(0, "magic", Magic.Length, present);
    }
}
