using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// The file <c>tables.bin</c> of a model folder: the integers that the entropy modes code with, fixed at export. <c>docs/models.md</c> is
/// normative. Thread-safe.
/// </summary>
internal sealed class ModelTables : IDisposable
{
    /// <summary>The version that is written. It is frozen: every later release reads tables of it.</summary>
    public const int Version = 1;

    /// <summary>Largest file that is read: 16 rate points of 512 KB for the fast modes and 1 MB for the dense one, and room for more codes than usual.</summary>
    public const int MaxBytes = 64 << 20;

    private readonly LatentPlane[] _planes;
    private readonly LazyTables[] _ratePoints;
    private readonly TablesFile? _file;
    private readonly Lazy<IIndexCoder?>[] _static;
    private readonly Lazy<IIndexCoder?>[] _fast;
    private readonly Lazy<IIndexCoder?>[] _dense;

    /// <param name="planes">The model's planes.</param>
    /// <param name="ratePoints">The tables of each of the model's rate points.</param>
    public ModelTables(IReadOnlyList<LatentPlane> planes, IReadOnlyList<RatePointTables> ratePoints)
        : this(planes, [.. ratePoints.Select(r => new LazyTables(new(() => r.Static), new(() => r.Fast), new(() => r.Dense)))])
    {
    }

    private ModelTables(IReadOnlyList<LatentPlane> planes, LazyTables[] ratePoints, TablesFile? file = null)
    {
        _planes = [.. planes];
        _file = file;
        _ratePoints = ratePoints;
        _static = [.. ratePoints.Select(r => new Lazy<IIndexCoder?>(() => r.Static.Value is { } tables ? new StaticCoder(tables) : null))];
        _fast = [.. ratePoints.Select(r => new Lazy<IIndexCoder?>(() => r.Fast.Value is { } tables ? new FastCoder(tables) : null))];
        _dense = [.. ratePoints.Select(r => new Lazy<IIndexCoder?>(() => r.Dense.Value is { } tables ? new DenseCoder(tables) : null))];
    }

    /// <summary>The tables of each rate point.</summary>
    /// <exception cref="ModelFormatException">Some are malformed.</exception>
    public IReadOnlyList<RatePointTables> RatePoints =>
        [.. _ratePoints.Select(r => new RatePointTables { Static = r.Static.Value, Fast = r.Fast.Value, Dense = r.Dense.Value })];

    private static ReadOnlySpan<byte> Magic => [(byte)'V', (byte)'Q', (byte)'T', 0x1a];

    /// <summary>Reads a model folder's tables and checks them against the hash in its manifest.</summary>
    /// <returns>The tables, or <c>null</c> where the manifest lists none. Those of a mode and rate point are read when they are first needed: the file is megabytes, a call needs one set.</returns>
    /// <exception cref="ModelFormatException">The file is missing, not the one that was hashed, or malformed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ModelTables? Load(string modelFolder, ModelManifest manifest)
    {
        const string Name = ModelManifest.TablesFileName;
        if (!manifest.Files.TryGetValue(Name, out var file)) return null;
        if (file.Bytes > MaxBytes) throw new ModelFormatException($"{Name}: expected at most {MaxBytes} bytes, got {file.Bytes}");
        try
        {
            var stream = manifest.OpenFile(modelFolder, Name);
            try
            {
                if (TablesFile.Open(stream, file, HeaderBytes(manifest.Planes.Count), 3 * manifest.RatePoints) is { } tables) return Open(tables, manifest.Planes, manifest.RatePoints);
            }
            catch
            {
                stream.Dispose();
                throw;
            }

            // What is wrong with it is said by who reads all of it.
            stream.Dispose();
            return Open(manifest.ReadFile(modelFolder, Name), manifest.Planes, manifest.RatePoints);
        }
        catch (ModelFormatException e) when (!e.Message.Contains(Name, StringComparison.Ordinal))
        {
            throw new ModelFormatException($"{Path.Combine(modelFolder, Name)}: {e.Message}", e);
        }
    }

    /// <summary>Reads the content of <c>tables.bin</c>, all of it.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="planes">The model's planes, which the file must be made for.</param>
    /// <param name="ratePoints">The model's number of rate points.</param>
    /// <exception cref="ModelFormatException">The content is malformed or made for another model.</exception>
    public static ModelTables Parse(ReadOnlySpan<byte> content, IReadOnlyList<LatentPlane> planes, int ratePoints)
    {
        var tables = Open(content.ToArray(), planes, ratePoints);
        _ = tables.RatePoints;
        return tables;
    }

    /// <summary>Closes the file that tables are read from.</summary>
    public void Dispose() => _file?.Dispose();

    /// <summary>Bytes before the first part.</summary>
    private static int HeaderBytes(int planes) => Magic.Length + 2 + (5 * planes) + 1;

    private static void ReadHeader(ref TableReader reader, IReadOnlyList<LatentPlane> planes, int ratePoints)
    {
        var magic = reader.ReadBytes(Magic.Length, "magic");
        if (!magic.SequenceEqual(Magic)) throw new ModelFormatException($"magic: expected {Convert.ToHexStringLower(Magic)}, got {Convert.ToHexStringLower(magic)}");
        reader.ReadByte("version", Version, Version);
        reader.ReadByte("number of planes", planes.Count, planes.Count);
        for (var p = 0; p < planes.Count; p++)
        {
            reader.ReadByte($"stages of plane {p}", planes[p].Stages, planes[p].Stages);
            reader.ReadUInt32($"codes of plane {p}", planes[p].Codes, planes[p].Codes);
        }

        reader.ReadByte("number of rate points", ratePoints, ratePoints);
    }

    private static ModelTables Open(TablesFile file, IReadOnlyList<LatentPlane> planes, int ratePoints)
    {
        var header = new TableReader(file.Header);
        ReadHeader(ref header, planes, ratePoints);
        var tables = new LazyTables[ratePoints];
        for (var r = 0; r < ratePoints; r++)
        {
            var first = 3 * r;
            tables[r] = new LazyTables(
                new(() => file.Length(first) > 0 ? StaticTables.Read(new TableReader(file.Read(first), file.Start(first)), planes) : null),
                new(() => file.Length(first + 1) > 0 ? FastTables.Read(new TableReader(file.Read(first + 1), file.Start(first + 1)), planes) : null),
                new(() => file.Length(first + 2) > 0 ? DenseTables.Read(new TableReader(file.Read(first + 2), file.Start(first + 2)), planes) : null));
        }

        return new ModelTables(planes, tables, file);
    }

    /// <summary>The same, but for the tables themselves, which are read when they are first needed.</summary>
    /// <inheritdoc cref="Parse"/>
    private static ModelTables Open(ReadOnlyMemory<byte> content, IReadOnlyList<LatentPlane> planes, int ratePoints)
    {
        var reader = new TableReader(content.Span);
        ReadHeader(ref reader, planes, ratePoints);
        var tables = new LazyTables[ratePoints];
        for (var r = 0; r < ratePoints; r++)
        {
            var (staticPart, fastPart, densePart) = (Part($"static part of rate point {r}", ref reader), Part($"fast part of rate point {r}", ref reader), Part($"dense part of rate point {r}", ref reader));
            tables[r] = new LazyTables(
                new(() => staticPart.Length > 0 ? StaticTables.Read(Reader(staticPart), planes) : null),
                new(() => fastPart.Length > 0 ? FastTables.Read(Reader(fastPart), planes) : null),
                new(() => densePart.Length > 0 ? DenseTables.Read(Reader(densePart), planes) : null));
        }

        reader.End("tables");
        return new ModelTables(planes, tables);

        TableReader Reader((int Start, int Length) part) => new(content.Span.Slice(part.Start, part.Length), part.Start);

        static (int Start, int Length) Part(string what, ref TableReader reader)
        {
            var part = reader.ReadPart(what);
            return (part.Offset, part.Remaining);
        }
    }

    /// <summary>The content of <c>tables.bin</c>, which <see cref="Parse"/> reads.</summary>
    public byte[] Write()
    {
        var writer = new TableWriter();
        writer.WriteBytes(Magic);
        writer.WriteByte(Version);
        writer.WriteByte(_planes.Length);
        foreach (var plane in _planes)
        {
            writer.WriteByte(plane.Stages);
            writer.WriteUInt32(plane.Codes);
        }

        writer.WriteByte(_ratePoints.Length);
        foreach (var tables in RatePoints)
        {
            writer.WritePart(tables.Static is { } s ? s.Write : null);
            writer.WritePart(tables.Fast is { } f ? f.Write : null);
            writer.WritePart(tables.Dense is { } d ? d.Write : null);
        }

        return writer.Written.ToArray();
    }

    /// <summary>The coder of a mode at a rate point, made when it is first asked for and then shared.</summary>
    /// <returns>The coder; <c>null</c> where the model has no tables for the mode, which includes <see cref="VqEntropyMode.Raw"/>.</returns>
    public IIndexCoder? Coder(VqEntropyMode mode, int ratePoint) => mode switch
    {
        VqEntropyMode.Static => _static[ratePoint].Value,
        VqEntropyMode.Fast => _fast[ratePoint].Value,
        VqEntropyMode.Dense => _dense[ratePoint].Value,
        _ => null,
    };

    /// <summary>What <see cref="RatePointTables"/> has, read when it is first needed.</summary>
    private sealed record LazyTables(Lazy<StaticTables?> Static, Lazy<FastTables?> Fast, Lazy<DenseTables?> Dense);
}
