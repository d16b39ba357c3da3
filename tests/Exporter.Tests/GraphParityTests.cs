using VqVae.Exporter.Onnx;
using VqVae.Exporter.Tests.Reference;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

/// <summary>The graphs in ONNX Runtime against the plain reference implementation.</summary>
public class GraphParityTests
{
    /// <summary>Architecture, input channels, stride and stages of the models that are compared.</summary>
    public static TheoryData<Architecture, int, int, int> Models => new()
    {
        { Architecture.Klt, 3, 8, 3 },
        { Architecture.Klt, 1, 8, 2 },
        { Architecture.Klt, 3, 4, 1 },
        { Architecture.Klt, 3, 16, 2 },
        { Architecture.VqVae, 3, 4, 1 },
        { Architecture.VqVae, 1, 4, 3 },
        { Architecture.VqVae, 3, 2, 2 },
        { Architecture.VqVae, 3, 8, 1 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Encoder_RandomWeightsAndSizes_FindsReferenceIndices(Architecture architecture, int channels, int stride, int stages)
    {
        var checkpoint = RandomModel(architecture, channels, stride, stages, seed: 11);
        using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
        var random = new Random(stride);
        var compared = 0;
        foreach (var lambda in new[] { 0f, 700f, 20_000f })
        {
            var (n, h, w) = (random.Next(1, 4), random.Next(1, 5), random.Next(1, 5));
            var (height, width) = (h * stride, w * stride);
            var images = Enumerable.Range(0, n).Select(_ => DrawnImage.Rgb(width, height, random.Next())).ToArray();

            var (indices, shape) = session.Encode([.. images.SelectMany(i => i)], n, height, width, lambda);

            Assert.Equal([n, stages, h, w], shape);
            for (var i = 0; i < n; i++)
            {
                var expected = new ReferenceCodec(checkpoint).Encode(images[i], height, width, lambda);
                var found = indices.AsSpan(i * expected.Indices.Length, expected.Indices.Length);
                compared += AssertSameWhereClear(expected, found, stages, h * w);
            }
        }

        Assert.True(compared > 10, $"only {compared} indices were clear enough to compare");
    }

    [Fact]
    public void Encoder_WhoseNetworkIsUntrained_IsTheLinearTransformAlone()
    {
        var checkpoint = Load(RandomCheckpoint.TinyKlt, seed: 13, linearEncoder: true);
        using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
        var (h, w, stride, stages) = (5, 7, checkpoint.Spec.Stride, checkpoint.Spec.Stages);
        var image = DrawnImage.Rgb(w * stride, h * stride, seed: 3);
        var (indices, _) = session.Encode(image, 1, h * stride, w * stride, lambda: 700);
        Assert.True(AssertSameWhereClear(new ReferenceCodec(checkpoint).Encode(image, h * stride, w * stride, 700), indices, stages, h * w) > 10);

        foreach (var spec in (ModelSpec[])[RandomCheckpoint.TinyKlt, RandomCheckpoint.TinyLumaChroma])
        {
            Assert.All(Convolutions(Load(spec, seed: 13, linearEncoder: true)), name => Assert.EndsWith("klt", name, StringComparison.Ordinal));
            Assert.Contains("encoder.stem", Convolutions(Load(spec, seed: 13)));
        }

        static string[] Convolutions(Checkpoint model) => [.. ModelProto.Parser.ParseFrom(OnnxModel.Encoder(model)).Graph.Node.Where(n => n.OpType == "Conv").Select(n => n.Name)];
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Decoder_EveryNumberOfStages_GivesReferencePixels(Architecture architecture, int channels, int stride, int stages)
    {
        var checkpoint = RandomModel(architecture, channels, stride, stages, seed: 12);
        using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
        var random = new Random(stride);
        for (var kept = 1; kept <= stages; kept++)
        {
            var (n, h, w) = (random.Next(1, 4), random.Next(1, 5), random.Next(1, 5));
            var size = kept * h * w;
            int[] indices = [.. Enumerable.Range(0, n * size).Select(_ => random.Next(checkpoint.Spec.Codes))];

            var (image, shape) = session.Decode(indices, n, kept, h, w);

            Assert.Equal([n, h * stride, w * stride, 3], shape);
            var expected = Enumerable.Range(0, n)
                .SelectMany(i => ReferenceCodec.ToRgb(new ReferenceCodec(checkpoint).Decode(indices.AsMemory(i * size, size), kept, h, w))).ToArray();
            Assert.Equal(expected.Length, image.Length);
            Assert.True(expected.Distinct().Count() > 8, "the reference image is flat, so that the comparison says little");
            for (var i = 0; i < image.Length; i++) Assert.InRange(image[i], expected[i] - 1, expected[i] + 1);

            // Only numbers that fall on the border between two bytes may differ at all.
            Assert.True(image.Zip(expected).Count(p => p.First != p.Second) <= 1 + (image.Length / 1000));
        }
    }

    private static int AssertSameWhereClear(SearchResult expected, ReadOnlySpan<int> found, int stages, int positions)
    {
        var compared = 0;
        for (var position = 0; position < positions; position++)
        {
            for (var stage = 0; stage < stages; stage++)
            {
                var i = (stage * positions) + position;
                if (expected.Gaps[i] > 1e-4)
                {
                    Assert.Equal(expected.Indices[i], found[i]);
                    compared++;
                }

                // After a tie that went the other way the residuals are different ones.
                if (expected.Indices[i] != found[i]) break;
            }
        }

        return compared;
    }

    internal static Checkpoint RandomModel(Architecture architecture, int channels, int stride, int stages, int seed)
    {
        var tiny = architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae;
        return Load(tiny with { InputChannels = channels, Stride = stride, Stages = stages, RefineBlocks = 2, DecoderBlocks = 2 }, seed);
    }

    internal static Checkpoint Load(ModelSpec spec, int seed, bool linearEncoder = false)
    {
        using var stream = new MemoryStream();
        RandomCheckpoint.Create(spec, seed, linearEncoder).WriteTo(stream);
        return Checkpoint.FromFile(SafetensorsFile.Parse(stream.ToArray()));
    }
}
