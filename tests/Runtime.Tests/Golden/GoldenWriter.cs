using System.IO.Compression;
using System.Runtime.InteropServices;
using VqVae.Models;
using VqVae.Runtime.Tests.Entropy;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests.Golden;

/// <summary>
/// How the golden files were made. It writes those that a folder lacks and leaves the others as they are: what is frozen is never made anew. The three models
/// with graphs must be there; those with random tables and no graphs are written here.
/// </summary>
internal sealed class GoldenWriter : IDisposable
{
    private readonly string _folder;
    private readonly GoldenVectors _vectors = new();
    private readonly GoldenModels _models;
    private readonly Dictionary<string, VqCodec> _codecs = [];

    private GoldenWriter(string folder) => (_folder, _models) = (folder, new GoldenModels(folder));

    /// <summary>Writes what the folder lacks, and the list.</summary>
    /// <param name="folder">A folder with <c>models/klt</c>, <c>models/planes</c> and <c>models/scales</c>.</param>
    public static GoldenVectors Write(string folder)
    {
        using var writer = new GoldenWriter(folder);
        foreach (var sub in (string[])["accept", "partial", "refuse"]) Directory.CreateDirectory(Path.Combine(folder, sub));
        writer.WriteRandomModels();
        writer.WriteAccepted();
        writer.WritePartial();
        foreach (var (name, model, reason, bytes) in GoldenRefusals.All(name => GoldenFileTests.Bytes(folder, $"accept/{name}.vq"), writer._models)) writer.Refuse(writer._vectors.Refuse, name, model, reason, bytes);
        foreach (var (name, model, reason, bytes) in GoldenRefusals.InPart(name => GoldenFileTests.Bytes(folder, $"accept/{name}.vq"), writer._models)) writer.Refuse(writer._vectors.RefusePartial, name, model, reason, bytes);
        writer._vectors.Save(folder);
        return writer._vectors;
    }

    public void Dispose()
    {
        _models.Dispose();
        foreach (var codec in _codecs.Values) codec.Dispose();
    }

    private void WriteAccepted()
    {
        // One plane, 48 codes, three levels that build on each other.
        const string Klt = "models/klt";
        Add("klt-raw-1x1", Klt, 1, 1, VqEntropyMode.Raw);
        Add("klt-static-17x9", Klt, 17, 9, VqEntropyMode.Static);
        Add("klt-static-two-states", Klt, 640, 400, VqEntropyMode.Static);
        Add("klt-static-four-states", Klt, 576, 576, VqEntropyMode.Static);
        Add("klt-fast-one-state", Klt, 100, 70, VqEntropyMode.Fast, pixels: true);
        Add("klt-fast-two-states", Klt, 576, 300, VqEntropyMode.Fast);
        Add("klt-dense", Klt, 200, 150, VqEntropyMode.Dense, pixels: true);
        Add("klt-dense-first-stage", Klt, 120, 90, VqEntropyMode.Dense, stages: 1);
        Add("klt-dense-two-stages", Klt, 120, 90, VqEntropyMode.Dense, stages: 2);
        foreach (var mode in Enum.GetValues<VqEntropyMode>()) Add($"klt-{Name(mode)}-tiles-64", Klt, 150, 130, mode, tileBits: 6);
        Add("klt-dense-tiles-128", Klt, 300, 140, VqEntropyMode.Dense, tileBits: 7);
        Add("klt-fast-tiles-256", Klt, 300, 260, VqEntropyMode.Fast, tileBits: 8);
        Add("klt-static-tiles-512", Klt, 1030, 40, VqEntropyMode.Static, tileBits: 9);
        Add("klt-dense-tiles-1024", Klt, 1100, 30, VqEntropyMode.Dense);
        Add("klt-dense-wide", Klt, 17_000, 8, VqEntropyMode.Dense);
        Add("klt-dense-largest-tile", Klt, 1024, 1024, VqEntropyMode.Dense);
        Add("klt-dense-one-tile-of-64", Klt, 60, 40, VqEntropyMode.Dense, tileBits: 6);
        Add("klt-gray", Klt, 60, 40, VqEntropyMode.Dense, gray: true, pixels: true);
        Add("klt-alpha", Klt, 60, 40, VqEntropyMode.Dense, alpha: AlphaOf(60, 40), pixels: true);
        Add("klt-gray-alpha-exif", Klt, 61, 43, VqEntropyMode.Fast, gray: true, alpha: AlphaOf(61, 43), exif: Exif, pixels: true);
        Add("klt-alpha-filters", Klt, 40, 25, VqEntropyMode.Static, alpha: AlphaOf(40, 25), deflate: AlphaSectionTests.Deflate);
        Add("klt-alpha-stored", Klt, 30, 20, VqEntropyMode.Dense, alpha: AlphaOf(30, 20), deflate: content => AlphaSectionTests.Deflate(content, CompressionLevel.NoCompression));
        Add("klt-alpha-tiles-64", Klt, 90, 70, VqEntropyMode.Dense, tileBits: 6, alpha: AlphaOf(90, 70), exif: LittleExif);
        Add("klt-exif", Klt, 33, 20, VqEntropyMode.Dense, exif: Exif, pixels: true);
        Add("klt-optional-section", Klt, 33, 20, VqEntropyMode.Raw, edit: file => GoldenRefusals.WithSections(file, [4, 3, 1, 2, 3, 6, 0, .. GoldenRefusals.Varint(70_000), 1, 9, 0]));
        foreach (var mode in (VqEntropyMode[])[VqEntropyMode.Static, VqEntropyMode.Fast, VqEntropyMode.Dense])
        {
            Add($"klt-{Name(mode)}-raw-stage", Klt, 90, 60, mode, disturb: true);
            Add($"klt-{Name(mode)}-raw-blocks", Klt, 150, 90, mode, tileBits: 6, disturb: true);
        }

        // Luma and chroma, groups of dimensions, two rate points; the chroma plane has fewer stages.
        const string Planes = "models/planes";
        foreach (var mode in Enum.GetValues<VqEntropyMode>())
        {
            for (var rate = 0; rate < 2; rate++) Add($"planes-{Name(mode)}-rate-{rate}", Planes, 130, 100, mode, rate: rate, pixels: rate == 0 && mode == VqEntropyMode.Dense);
            Add($"planes-{Name(mode)}-tiles-64", Planes, 150, 90, mode, rate: 1, tileBits: 6, pixels: mode == VqEntropyMode.Fast);
        }

        Add("planes-dense-two-stages", Planes, 130, 100, VqEntropyMode.Dense, rate: 1, stages: 2, pixels: true);
        Add("planes-dense-three-stages", Planes, 130, 100, VqEntropyMode.Dense, rate: 1, stages: 3);

        // A coarse and a fine plane, 300 codes, no tables.
        Add("scales-raw", "models/scales", 90, 70, VqEntropyMode.Raw, pixels: true);
        Add("scales-raw-tiles-64", "models/scales", 90, 70, VqEntropyMode.Raw, tileBits: 6);

        // Random tables over all that the format allows, and random indices.
        foreach (var (name, codes, _) in RandomModels)
        {
            // As many codes as there can be: what stands for a code outside is none of 16 bits.
            if (codes == MostCodes)
            {
                Add($"{name}-dense", $"models/{name}", 60, 40, VqEntropyMode.Dense);
                continue;
            }

            foreach (var mode in (VqEntropyMode[])[VqEntropyMode.Static, VqEntropyMode.Fast, VqEntropyMode.Dense])
            {
                Add($"{name}-{Name(mode)}", $"models/{name}", 140, 90, mode);
                Add($"{name}-{Name(mode)}-tiles-64", $"models/{name}", 140, 90, mode, tileBits: 6);
            }
        }
    }

    private const int MostCodes = 65536;

    /// <summary>Name, codes and stages of the models with random tables. From 5000 codes on stages have no tables in static and fast, where they are raw.</summary>
    private static (string Name, int Codes, int Stages)[] RandomModels => [("random-2", 2, 5), ("random-20", 20, 4), ("random-300", 300, 3), ("random-5000", 5000, 2), ("random-65536", MostCodes, 2)];

    private void WriteRandomModels()
    {
        foreach (var (name, codes, stages) in RandomModels)
        {
            var folder = Path.Combine(_folder, "models", name);
            if (Directory.Exists(folder)) continue;
            var spec = new ModelSpec { Architecture = VqVae.Models.Architecture.Klt, Hidden = 8, EmbeddingDim = 8, Codes = codes, Stages = stages, Stride = 8 };
            var random = new Random(codes);
            var raw = codes > 4096;
            var tables = new ModelTables(spec.Planes, [new RatePointTables
            {
                Static = raw ? new StaticTables([new FrequencyTable?[stages]]) : RandomTables.Static(random, spec.Planes),
                Fast = raw ? new FastTables([new FastStage?[stages]]) : RandomTables.Fast(random, spec.Planes),
                Dense = RandomDenseTables.Make(random, spec.Planes, dimensions: codes == MostCodes ? 0 : null),
            }]).Write();
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(tables));
            var manifest = VqBytes.Manifest with
            {
                Name = name,
                Id = hash[..(2 * ModelId.Size)],
                Spec = spec,
                Planes = spec.Planes,
                Files = new Dictionary<string, ManifestFile> { [ModelManifest.TablesFileName] = new(tables.Length, hash) },
            };
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, ModelManifest.TablesFileName), tables);
            File.WriteAllText(Path.Combine(folder, ModelManifest.FileName), manifest.ToJson());
        }
    }

    private void WritePartial()
    {
        string[] kept = ["tiles-64", "states", "raw-stage", "alpha", "klt-dense.vq", "planes-"];
        foreach (var file in _vectors.Accept.Where(f => f.Stages > 2 && kept.Any(part => f.File.Contains(part, StringComparison.Ordinal)) && !f.File.Contains("random", StringComparison.Ordinal)).ToList())
        {
            // Cut where the file's middle is, before its last byte of blocks, and inside the checksum.
            var bytes = GoldenFileTests.Bytes(_folder, file.File);
            foreach (var (label, length) in ((string, int)[])[("half", bytes.Length / 2), ("nearly", bytes.Length - 5), ("checksum", bytes.Length - 2)])
            {
                int[][] indices;
                try
                {
                    indices = _models[file.Model].Read(bytes[..length], allowPartial: true);
                }
                catch (VqFormatException)
                {
                    continue;
                }

                var name = $"partial/{Path.GetFileNameWithoutExtension(file.File)}-{label}";
                var whole = file.Planes.Select((p, i) => p with { Stages = indices[i].Length / (p.Columns * p.Rows) }).ToList();
                Keep(name + ".vq", () => bytes[..length]);
                Keep(name + ".indices", () => Pack(indices));
                _vectors.Partial.Add(file with { File = name + ".vq", Indices = name + ".indices", Planes = whole, WholeStages = whole.Max(p => p.Stages), Pixels = null });
            }
        }
    }

    private void Add(
        string name, string model, int width, int height, VqEntropyMode mode, int rate = 0, int stages = 255, int tileBits = TilePolicy.DefaultBits, bool gray = false,
        byte[]? alpha = null, Func<byte[], byte[]>? deflate = null, byte[]? exif = null, bool disturb = false, bool pixels = false, Func<byte[], byte[]>? edit = null)
    {
        var (golden, path) = (_models[model], $"accept/{name}");
        var planes = golden.Manifest.Planes;
        stages = Math.Min(stages, planes.Max(p => p.Stages));
        var header = new VqHeader
        {
            Width = width,
            Height = height,
            IsGray = gray,
            ModelId = ModelId.Parse(golden.Manifest.Id),
            RatePoint = rate,
            Stages = stages,
            EntropyMode = mode,
            TileBits = tileBits,
        };
        Keep(path + ".vq", () =>
        {
            var indices = golden.HasGraphs ? Encode(model, width, height, rate) : VqBytes.RandomIndices(planes, width, height, new Random(width));
            if (disturb) Disturb(indices, planes, width, height);
            var section = alpha is null ? null : deflate is null ? AlphaSectionTests.Write(width, alpha) : deflate(Filtered(width, alpha));
            var file = VqBytes.Write(header, planes, indices, golden.Coders.ForWriting(mode, rate), section, exif);
            return edit is null ? file : edit(file);
        });
        var bytes = GoldenFileTests.Bytes(_folder, path + ".vq");
        var read = golden.Read(bytes);
        var padding = Padding.Of(planes, width, height);
        Keep(path + ".indices", () => Pack(read));
        if (alpha is not null) Keep(path + ".alpha", () => alpha);
        if (exif is not null) Keep(path + ".exif", () => exif);
        if (pixels) Keep(path + ".pixels", () => Codec(model).Decompress(bytes).Pixels);
        _vectors.Accept.Add(new GoldenFile
        {
            File = path + ".vq",
            Model = model,
            Width = width,
            Height = height,
            Alpha = alpha is not null,
            Gray = gray,
            Entropy = Name(mode),
            RatePoint = rate,
            Stages = stages,
            TileSize = 1 << tileBits,
            Planes = [.. planes.Select(p => new GoldenPlane(p.Name, padding.Width / p.Stride, padding.Height / p.Stride, Math.Min(stages, p.Stages)))],
            Indices = path + ".indices",
            AlphaFile = alpha is null ? null : path + ".alpha",
            ExifFile = exif is null ? null : path + ".exif",
            Pixels = pixels ? path + ".pixels" : null,
        });
    }

    private void Refuse(List<RefusedFile> list, string name, string model, string reason, byte[] bytes)
    {
        var path = $"refuse/{name}.vq";
        Keep(path, () => bytes);
        list.Add(new RefusedFile(path, model, reason));
    }

    /// <summary>The indices of a drawn picture: the codec's own, from a raw file.</summary>
    private int[][] Encode(string model, int width, int height, int rate)
    {
        var file = Codec(model).Compress(DrawnImage.Rgb(width, height, seed: width + height), width, height, options: new VqCompressOptions { EntropyMode = VqEntropyMode.Raw, RatePoint = rate });
        return _models[model].Read(file);
    }

    /// <summary>Makes the left half of the first stage random, so that its blocks are shorter raw.</summary>
    private static void Disturb(int[][] indices, IReadOnlyList<LatentPlane> planes, int width, int height)
    {
        var random = new Random(5);
        var columns = Padding.Of(planes, width, height).Width / planes[0].Stride;
        var rows = Padding.Of(planes, width, height).Height / planes[0].Stride;
        for (var i = 0; i < columns * rows; i++) indices[0][i] = random.Next(planes[0].Codes);
    }

    private VqCodec Codec(string model)
    {
        if (!_codecs.TryGetValue(model, out var codec))
            _codecs[model] = codec = VqCodec.Load(Path.Combine(_folder, model), new VqCodecOptions { Device = VqDevice.Cpu, Precision = VqPrecision.Fp32 });
        return codec;
    }

    /// <summary>Writes a file that is not there yet.</summary>
    private void Keep(string name, Func<byte[]> content)
    {
        var path = Path.Combine(_folder, name);
        if (!File.Exists(path)) File.WriteAllBytes(path, content());
    }

    private static string Name(VqEntropyMode mode) => mode.ToString().ToLowerInvariant();

    private static byte[] Pack(int[][] indices) => MemoryMarshal.AsBytes(indices.SelectMany(p => p).Select(i => (ushort)i).ToArray().AsSpan()).ToArray();

    private static byte[] LittleExif => [.. "II*\0"u8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Exif => [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];

    /// <summary>A soft disc, with every level from transparent to opaque.</summary>
    private static byte[] AlphaOf(int width, int height) => [.. Enumerable.Range(0, width * height).Select(i =>
    {
        var (x, y) = ((i % width) - (width / 2), (i / width) - (height / 2));
        return (byte)Math.Clamp(255 - ((x * x) + (y * y) - 60), 0, 255);
    })];

    /// <summary>The rows with filters 0 to 4 in turn.</summary>
    private static byte[] Filtered(int width, byte[] alpha)
    {
        var rows = new List<byte>();
        for (var y = 0; y < alpha.Length / width; y++)
        {
            rows.Add((byte)(y % 5));
            for (var x = 0; x < width; x++)
            {
                int a = At(x - 1, y), b = At(x, y - 1), c = At(x - 1, y - 1);
                int[] predictors = [0, a, b, (a + b) / 2, new[] { a, b, c }.OrderBy(v => Math.Abs(v - (a + b - c))).First()];
                rows.Add((byte)(At(x, y) - predictors[y % 5]));
            }
        }

        return [.. rows];

        int At(int x, int y) => x < 0 || y < 0 ? 0 : alpha[(y * width) + x];
    }
}
