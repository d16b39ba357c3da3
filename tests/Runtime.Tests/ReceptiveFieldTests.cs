using VqVae.Exporter;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

/// <summary>The receptive field as the graphs have it: change everything on one side of a line, and see how far the results change.</summary>
public sealed class ReceptiveFieldTests : IDisposable
{
    private const int Rounds = 3;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, ModelSpec> Models { get; } = new()
    {
        { "klt", RandomCheckpoint.TinyKlt with { EmbeddingDim = 1, Codes = 8192, Stages = 1 } },
        { "klt-deep", RandomCheckpoint.TinyKlt with { EncoderBlocks = 2, DecoderBlocks = 2, RefineBlocks = 2, Stride = 4, EmbeddingDim = 1, Codes = 8192, Stages = 1 } },
        { "klt-shallow", RandomCheckpoint.TinyKlt with { EncoderBlocks = 0, DecoderBlocks = 0, RefineBlocks = 0, Stride = 16, EmbeddingDim = 1, Codes = 8192, Stages = 1 } },
        { "plain", RandomCheckpoint.TinyVqVae with { EmbeddingDim = 1, Codes = 8192 } },
        { "plain-deep", RandomCheckpoint.TinyVqVae with { EncoderBlocks = 2, DecoderBlocks = 3, Stride = 8, EmbeddingDim = 1, Codes = 8192 } },
        { "plain-shallow", RandomCheckpoint.TinyVqVae with { EncoderBlocks = 0, DecoderBlocks = 0, Stride = 16, EmbeddingDim = 1, Codes = 8192 } },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Encoder_PixelsOnOneSideOfALineChange_IndicesChangeWithinTheFieldAndUpToIt(string name, ModelSpec spec)
    {
        using var codec = Load(name, Averaging(spec));
        var (stride, field) = (spec.Stride, ReceptiveField.Of(spec).Encoder);
        var (columns, rows) = (48, 6);
        var (width, height) = (columns * stride, rows * stride);
        var random = new Random(1);
        foreach (var changesLeft in new[] { true, false })
        {
            // The line is at the edge of a position and inside one: the field is counted from whole positions.
            foreach (var line in new[] { 24 * stride, (24 * stride) - 1, (24 * stride) + 1 })
            {
                var far = int.MinValue;
                for (var round = 0; round < Rounds; round++)
                {
                    var image = Noise(random, width * height * 3);
                    var other = Noise(random, width * height * 3);
                    Copy(changesLeft ? line : 0, changesLeft ? width : line, image, other, width * 3, 3);
                    var (before, after) = (codec.Graphs.Encode(image, 1, height, width, 0, 0)[0], codec.Graphs.Encode(other, 1, height, width, 0, 0)[0]);
                    far = Math.Max(far, Furthest(before, after, columns, changesLeft));
                }

                // Pixels between the line and the furthest position that changed.
                var reach = changesLeft ? (far * stride) - line : line - ((columns - far) * stride);
                Assert.InRange(reach, field - stride, field - 1);
            }
        }
    }

    [Theory]
    [InlineData("vqvae2")]
    [InlineData("luma_chroma")]
    [InlineData("groups")]
    public void BothGraphs_TwoPlanes_DependOnNothingBeyondTheField(string name)
    {
        var spec = RandomCheckpoint.Tiny[name];
        using var codec = Load(name, RandomCheckpoint.Create(spec, seed: 2));
        var (field, stride) = (ReceptiveField.Of(spec), spec.LargestStride);
        var random = new Random(3);
        var (columns, rows) = (24, 4);
        var (width, height) = (columns * stride, rows * stride);
        var line = 12 * stride;
        foreach (var changesLeft in new[] { true, false })
        {
            var image = Noise(random, width * height * 3);
            var other = Noise(random, width * height * 3);
            Copy(changesLeft ? line : 0, changesLeft ? width : line, image, other, width * 3, 3);
            var (before, after) = (codec.Graphs.Encode(image, 1, height, width, 0, 0), codec.Graphs.Encode(other, 1, height, width, 0, 0));
            for (var p = 0; p < spec.Planes.Count; p++)
            {
                // A position changes only if its block of the largest stride has a changed pixel within the field.
                var far = Furthest(before[p], after[p], width / spec.Planes[p].Stride, changesLeft);
                var block = far * spec.Planes[p].Stride / stride;
                Assert.InRange(block * stride, 0, line + field.Encoder - 1);
            }

            var changed = spec.Planes.Select((plane, p) =>
            {
                var planeColumns = width / plane.Stride;
                var indices = Indices(random, before[p].Length, plane.Codes);
                Copy(changesLeft ? planeColumns / 2 : 0, changesLeft ? planeColumns : planeColumns / 2, before[p], indices, planeColumns, 1);
                return indices;
            }).ToArray();
            var (pixels, otherPixels) = (codec.Graphs.Decode(before, spec.MostStages, 1, height, width, 0), codec.Graphs.Decode(changed, spec.MostStages, 1, height, width, 0));
            Assert.InRange((Furthest(pixels, otherPixels, width * 3, changesLeft) / 3) + 1, line / 2, line + field.Decoder);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Decoder_IndicesOnOneSideOfALineChange_PixelsChangeWithinTheFieldAndUpToIt(string name, ModelSpec spec)
    {
        using var codec = Load(name, RandomCheckpoint.Create(spec, seed: 1));
        var (stride, field) = (spec.Stride, ReceptiveField.Of(spec).Decoder);
        var (columns, rows) = (48, 12);
        var (width, height) = (columns * stride, rows * stride);
        var random = new Random(1);
        foreach (var changesLeft in new[] { true, false })
        {
            const int Line = 24;
            var far = int.MinValue;
            for (var round = 0; round < Rounds; round++)
            {
                var indices = Indices(random, columns * rows, spec.Codes);
                var other = Indices(random, columns * rows, spec.Codes);
                Copy(changesLeft ? Line : 0, changesLeft ? columns : Line, indices, other, columns, 1);
                var (before, after) = (codec.Graphs.Decode([indices], 1, 1, height, width, 0), codec.Graphs.Decode([other], 1, 1, height, width, 0));
                far = Math.Max(far, Furthest(before, after, width * 3, changesLeft) / 3);
            }

            var reach = changesLeft ? far + 1 - (Line * stride) : (Line * stride) - (width - far - 1);
            Assert.InRange(reach, field - stride + 1, field);
        }
    }

    public void Dispose() => _folder.Dispose();

    private VqCodec Load(string name, SafetensorsWriter checkpoint)
    {
        Directory.CreateDirectory(_folder[name + "-run"]);
        checkpoint.Save(Path.Combine(_folder[name + "-run"], Checkpoint.FileName));
        ModelExporter.Export(_folder[name + "-run"], _folder[name], new ExportOptions { Unverified = true });
        return VqCodec.Load(_folder[name], new VqCodecOptions { Device = VqDevice.Cpu });
    }

    /// <summary>
    /// Weights that are all positive, so that nothing cancels out and no ReLU stops it, and codes of one dimension that lie so close that an
    /// index changes with the slightest change of its latent.
    /// </summary>
    private static SafetensorsWriter Averaging(ModelSpec spec)
    {
        var writer = Checkpoint.CreateWriter(spec, new Provenance { Trainer = "test", Seed = 1 });
        var random = new Random(1);
        foreach (var tensor in ModelTensors.For(spec))
        {
            var values = new float[tensor.Shape.Aggregate(1, (product, n) => product * n)];
            if (tensor.Name == ModelTensors.Codebooks)
                for (var i = 0; i < values.Length; i++) values[i] = 4f * i / values.Length;
            else if (tensor.Shape.Count == 4)
                for (var i = 0; i < values.Length; i++) values[i] = (float)((.5 + random.NextDouble()) * tensor.Shape[0] / values.Length);
            writer.Add<float>(tensor.Name, values, [.. tensor.Shape.Select(n => (long)n)]);
        }

        return writer;
    }

    /// <summary>Copies the columns from one to the other, so that these do not differ.</summary>
    private static void Copy<T>(int from, int to, T[] source, T[] target, int rowLength, int unit)
    {
        for (var row = 0; row < source.Length; row += rowLength) Array.Copy(source, row + (from * unit), target, row + (from * unit), (to - from) * unit);
    }

    /// <summary>The furthest column that differs, counted from the side that was changed.</summary>
    private static int Furthest<T>(T[] a, T[] b, int rowLength, bool fromLeft)
        where T : IEquatable<T>
    {
        var far = int.MinValue;
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i].Equals(b[i])) continue;
            var column = i % rowLength;
            far = Math.Max(far, fromLeft ? column : rowLength - 1 - column);
        }

        return far;
    }

    /// <summary>Bright noise: scaled to [−1, 1], all of it is positive.</summary>
    private static byte[] Noise(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        for (var i = 0; i < count; i++) bytes[i] |= 128;
        return bytes;
    }

    private static int[] Indices(Random random, int count, int codes) => [.. Enumerable.Range(0, count).Select(_ => random.Next(codes))];

    /// <summary>The formulas of <c>docs/models.md</c> for readers that decode parts of an image.</summary>
    [Theory]
    [InlineData(8, 3, 1)]
    [InlineData(8, 0, 0)]
    [InlineData(16, 2, 4)]
    [InlineData(4, 1, 2)]
    public void Decoder_OfKltAndLumaChroma_IsWhatTheDocumentSays(int stride, int blocks, int refine)
    {
        var spec = RandomCheckpoint.TinyKlt with { Stride = stride, DecoderBlocks = blocks, RefineBlocks = refine };
        var luma = (((2 * refine) + 2 + (stride / 2) - 1) / (stride / 2)) + (2 * blocks);
        Assert.Equal((luma + 1) * stride, ReceptiveField.Of(spec).Decoder);
        var planes = RandomCheckpoint.TinyLumaChroma with { Stride = stride, DecoderBlocks = blocks, RefineBlocks = refine };
        Assert.Equal((luma + 2) / 2 * 2 * stride, ReceptiveField.Of(planes).Decoder);
    }
}
