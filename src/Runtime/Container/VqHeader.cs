using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The fields at the start of a <c>.vq</c> file; <c>docs/vq-format.md</c> is normative.</summary>
internal readonly record struct VqHeader
{
    /// <summary>The version that is written. It is frozen: every later release reads files of it.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Most bytes that a header takes.</summary>
    public const int MaxSize = 3 + 1 + 4 + 4 + 1 + ModelId.Size + 1 + 1 + 1;

    /// <summary>Rate points that a file can name.</summary>
    public const int MaxRatePoints = ModelManifest.MaxRatePoints;

    private const int AlphaBit = 0b0000_0001;
    private const int GrayBit = 0b0000_0010;
    private const int SectionsBit = 0b0000_0100;
    private const int BitmapBit = 0b0000_1000;
    private const int EntropyShift = 4;
    private const int RatePointMask = 0b0000_1111;
    private const int TileBit = 0b0001_0000;

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Whether decoding gives the luma.</summary>
    public bool IsGray { get; init; }

    /// <summary>Whether the file has an alpha channel.</summary>
    public bool HasAlpha { get; init; }

    public required ModelId ModelId { get; init; }

    public int RatePoint { get; init; }

    public required int Stages { get; init; }

    public VqEntropyMode EntropyMode { get; init; }

    /// <summary>Whether sections follow the header.</summary>
    public bool HasSections { get; init; }

    /// <summary>Whether a bitmap says which blocks are raw; without it all are of <see cref="EntropyMode"/>.</summary>
    public bool HasRawBitmap { get; init; }

    /// <summary>Base-2 logarithm of a tile's side in pixels.</summary>
    public int TileBits { get; init; } = TilePolicy.DefaultBits;

    public VqHeader()
    {
    }

    /// <summary>What decoding gives where nothing else is asked for.</summary>
    public PixelFormat Format => (IsGray, HasAlpha) switch
    {
        (false, false) => PixelFormat.Rgb24,
        (false, true) => PixelFormat.Rgba32,
        (true, false) => PixelFormat.Gray8,
        (true, true) => PixelFormat.GrayAlpha16,
    };

    /// <summary>"VQ" and a control character, which marks the file as binary.</summary>
    private static ReadOnlySpan<byte> Magic => [(byte)'V', (byte)'Q', 0x1a];

    /// <summary>Bytes that the header takes.</summary>
    public int Size =>
        Magic.Length + 1 + VqWriter.VarintSize(Width) + VqWriter.VarintSize(Height) + 1 + ModelId.Size + 1 + 1 + (HasTileByte ? 1 : 0);

    private bool HasTileByte => TileBits != TilePolicy.DefaultBits;

    public static VqHeader Read(ref VqReader reader)
    {
        CheckMagic(ref reader);
        var version = reader.ReadByte("version");
        if (version != CurrentVersion) VqThrow.WrongVersion(reader.Position - 1, CurrentVersion, version);
        var width = reader.ReadVarint("width", 1, VqLimits.MaxSide);
        var height = reader.ReadVarint("height", 1, VqLimits.MaxSide);

        var coding = reader.ReadByte("coding");
        var mode = (VqEntropyMode)(coding >> EntropyShift);
        if (!Enum.IsDefined(mode)) VqThrow.Invalid(reader.Position - 1, "entropy mode", $"0 to {(int)VqEntropyMode.Dense}", $"{(int)mode}");
        var hasBitmap = (coding & BitmapBit) != 0;
        if (hasBitmap && mode == VqEntropyMode.Raw) VqThrow.Invalid(reader.Position - 1, "raw bitmap", "none where the mode is raw", "one");

        var id = ModelId.Read(reader.ReadBytes(ModelId.Size, "model id"));
        var rate = reader.ReadByte("rate point");
        if ((rate & ~(RatePointMask | TileBit)) != 0)
            VqThrow.Invalid(reader.Position - 1, "reserved bits", "0", $"{rate & ~(RatePointMask | TileBit):x2}");
        var stages = reader.ReadByte("stages");
        if (stages == 0) VqThrow.Invalid(reader.Position - 1, "stages", $"1 to {ModelSpec.MaxStages}", "0");
        return new VqHeader
        {
            Width = width,
            Height = height,
            IsGray = (coding & GrayBit) != 0,
            HasAlpha = (coding & AlphaBit) != 0,
            ModelId = id,
            RatePoint = rate & RatePointMask,
            Stages = stages,
            EntropyMode = mode,
            HasSections = (coding & SectionsBit) != 0,
            HasRawBitmap = hasBitmap,
            TileBits = (rate & TileBit) != 0 ? ReadTileBits(ref reader) : TilePolicy.DefaultBits,
        };
    }

    public void Write(ref VqWriter writer)
    {
        writer.WriteBytes(Magic);
        writer.WriteByte(CurrentVersion);
        writer.WriteVarint(Width);
        writer.WriteVarint(Height);
        var coding = (HasAlpha ? AlphaBit : 0) | (IsGray ? GrayBit : 0) | (HasSections ? SectionsBit : 0) | (HasRawBitmap ? BitmapBit : 0);
        writer.WriteByte((byte)(coding | ((int)EntropyMode << EntropyShift)));
        ModelId.Write(writer.Reserve(ModelId.Size));
        writer.WriteByte((byte)(RatePoint | (HasTileByte ? TileBit : 0)));
        writer.WriteByte((byte)Stages);
        if (HasTileByte) writer.WriteByte((byte)TileBits);
    }

    public VqInfo ToInfo() => new()
    {
        Version = CurrentVersion,
        Width = Width,
        Height = Height,
        Format = Format,
        ModelId = ModelId,
        RatePoint = RatePoint,
        Stages = Stages,
        HasAlpha = HasAlpha,
        EntropyMode = EntropyMode,
    };

    private static int ReadTileBits(ref VqReader reader)
    {
        var bits = reader.ReadByte("tile size");
        if (bits is < TilePolicy.MinBits or > TilePolicy.MaxBits or TilePolicy.DefaultBits)
            VqThrow.Invalid(reader.Position - 1, "tile size", $"{TilePolicy.MinBits} to {TilePolicy.DefaultBits - 1}", $"{bits}");
        return bits;
    }

    private static void CheckMagic(ref VqReader reader)
    {
        // A short prefix of a right file is cut short; anything else is another kind of file, whatever its length.
        var present = Math.Min(reader.Remaining, Magic.Length);
        var found = reader.ReadBytes(present, "magic");
        if (!Magic.StartsWith(found)) VqThrow.Invalid(0, "magic", Convert.ToHexStringLower(Magic), $"{Convert.ToHexStringLower(found)}: this is no .vq file");
        if (present < Magic.Length) VqThrow.Truncated(0, "magic", Magic.Length, present);
    }
}
