using CsCheck;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using VqVae.Exporter.Onnx;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

/// <summary>Laws that hold for every model and image.</summary>
public class GraphBehaviourTests
{
    [Theory]
    [InlineData(Architecture.Klt)]
    [InlineData(Architecture.VqVae)]
    public void Encoder_LambdaZero_IgnoresCodeLengths(Architecture architecture)
    {
        var checkpoint = GraphParityTests.RandomModel(architecture, 3, 4, 2, seed: 5);
        var without = WithLengths(checkpoint, _ => 0);
        var with = WithLengths(checkpoint, k => 1 + (k * 7919 % 31));
        using var expected = new GraphSession(OnnxModel.Encoder(without), OnnxModel.Decoder(without));
        using var found = new GraphSession(OnnxModel.Encoder(with), OnnxModel.Decoder(with));

        // Bit for bit the same search; at a large λ it must not be.
        var image = DrawnImage.Rgb(64, 64, 9);
        Assert.Equal(expected.Encode(image, 1, 64, 64, 0).Indices, found.Encode(image, 1, 64, 64, 0).Indices);
        Assert.NotEqual(expected.Encode(image, 1, 64, 64, 50_000).Indices, found.Encode(image, 1, 64, 64, 50_000).Indices);
    }

    [Fact]
    public void Encoder_EqualCodes_TakesTheFirst()
    {
        var spec = RandomCheckpoint.TinyVqVae;
        var original = GraphParityTests.Load(spec, seed: 5);
        var checkpoint = Change(original, ModelTensors.Codebooks, values =>
        {
            // The second half of the codebook repeats the first.
            values.AsSpan(0, values.Length / 2).CopyTo(values.AsSpan(values.Length / 2));
        });
        using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
        var (indices, _) = session.Encode(DrawnImage.Rgb(64, 48, 1), 1, 48, 64, 0);
        Assert.All(indices, k => Assert.InRange(k, 0, (spec.Codes / 2) - 1));
        Assert.True(indices.Distinct().Count() > 1);
    }

    [Fact]
    public void Encoder_LargerLambda_NeverCostsMoreBits()
    {
        var checkpoint = GraphParityTests.RandomModel(Architecture.Klt, 3, 8, 1, seed: 6);
        var lengths = checkpoint.Values(ModelTensors.CodeLengths).ToArray();
        using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
        var image = DrawnImage.Rgb(64, 64, 3);

        // With one stage each position trades alone, so its bits fall monotonically.
        var bits = new[] { 0f, 100, 1_000, 10_000, 1e6f, 1e9f }
            .Select(lambda => session.Encode(image, 1, 64, 64, lambda).Indices.Sum(k => lengths[k])).ToArray();
        for (var i = 1; i < bits.Length; i++) Assert.True(bits[i] <= bits[i - 1] + 1e-3);
        Assert.Equal(64 * lengths.Min(), bits[^1], 2);
    }

    [Theory]
    [InlineData(Architecture.Klt)]
    [InlineData(Architecture.VqVae)]
    public void Graphs_Batch_GivesTheSameAsEachAlone(Architecture architecture)
    {
        var checkpoint = GraphParityTests.RandomModel(architecture, 3, 8, 2, seed: 7);
        using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[2, 3], Gen.Int[0, 1000]).Sample((h, w, n, seed) =>
        {
            var images = Enumerable.Range(0, n).Select(i => DrawnImage.Rgb(8 * w, 8 * h, seed + i)).ToArray();
            var (indices, _) = session.Encode([.. images.SelectMany(i => i)], n, 8 * h, 8 * w, 0);
            var alone = images.SelectMany(i => session.Encode(i, 1, 8 * h, 8 * w, 0).Indices).ToArray();
            Assert.Equal(alone, indices);

            var (decoded, _) = session.Decode(indices, n, 2, h, w);
            var size = indices.Length / n;
            var decodedAlone = Enumerable.Range(0, n).SelectMany(i => session.Decode(indices[(i * size)..((i + 1) * size)], 1, 2, h, w).Image).ToArray();
            Assert.All(decoded.Zip(decodedAlone), p => Assert.InRange(p.First - p.Second, -1, 1));
        }, iter: 12, seed: "0000000001aa", threads: 1);
    }

    [Fact]
    public void Graphs_UnknownRatePoint_IsAnError()
    {
        var checkpoint = GraphParityTests.RandomModel(Architecture.Klt, 3, 8, 2, seed: 8);
        using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
        Assert.Throws<OnnxRuntimeException>(() => session.Encode(DrawnImage.Rgb(8, 8, 1), 1, 8, 8, 0, rate: 1));
        Assert.Throws<OnnxRuntimeException>(() => session.Decode([0, 0], 1, 2, 1, 1, rate: 1));
    }

    [Fact]
    public void Decoder_GreyModel_GivesEqualChannels()
    {
        var checkpoint = GraphParityTests.RandomModel(Architecture.VqVae, 1, 4, 1, seed: 9);
        using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
        var (image, _) = session.Decode([.. Enumerable.Range(0, 12)], 1, 1, 3, 4);
        for (var i = 0; i < image.Length; i += 3) Assert.True(image[i] == image[i + 1] && image[i] == image[i + 2]);
    }

    [Fact]
    public void Decoder_OutputsBeyondTheRange_AreClipped()
    {
        // A bias of ±40 at the last layer is 5,000 steps of a byte beyond black and white.
        foreach (var (bias, expected) in new[] { (40f, byte.MaxValue), (-40f, byte.MinValue) })
        {
            var original = GraphParityTests.RandomModel(Architecture.Klt, 3, 8, 1, seed: 10);
            var checkpoint = Change(original, "decoder.refine.head.bias", values => Array.Fill(values, bias));
            using var session = new GraphSession(OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint));
            Assert.All(session.Decode([1, 2, 3, 4], 1, 1, 2, 2).Image, b => Assert.Equal(expected, b));
        }
    }

    [Theory]
    [InlineData(Architecture.Klt, 3)]
    [InlineData(Architecture.Klt, 1)]
    [InlineData(Architecture.VqVae, 3)]
    [InlineData(Architecture.VqVae, 1)]
    public void Graphs_DeclaredShapes_AreThoseThatRun(Architecture architecture, int channels)
    {
        var checkpoint = GraphParityTests.RandomModel(architecture, channels, 8, 2, seed: 13);
        var sizes = new Dictionary<string, long> { ["N"] = 2, ["H"] = 24, ["W"] = 40, ["h"] = 3, ["w"] = 5, ["l"] = 2, ["positions"] = 30 };
        foreach (var divisor in new[] { 2, 4 }) (sizes[$"H_{divisor}"], sizes[$"W_{divisor}"]) = (24 / divisor, 40 / divisor);

        foreach (var bytes in new[] { OnnxModel.Encoder(checkpoint), OnnxModel.Decoder(checkpoint) })
        {
            // Every value becomes an output, so that ONNX Runtime computes it.
            var model = ModelProto.Parser.ParseFrom(bytes);
            var declared = model.Graph.ValueInfo.ToList();
            model.Graph.Output.AddRange(declared);
            model.Graph.ValueInfo.Clear();
            using var session = new InferenceSession(model.ToByteArray());
            using var run = new RunOptions();
            var names = model.Graph.Input.Select(i => i.Name).ToArray();
            var inputs = model.Graph.Input.Select(i => Zeros(i, sizes)).ToArray();
            using var results = session.Run(run, names, inputs, declared.Select(v => v.Name).ToArray());
            for (var i = 0; i < declared.Count; i++)
            {
                var found = results[i].GetTensorTypeAndShape();
                Assert.Equal((declared[i].Name, string.Join(",", Shape(declared[i], sizes))), (declared[i].Name, string.Join(",", found.Shape)));
                Assert.Equal(declared[i].Type.TensorType.ElemType, (int)found.ElementDataType);
            }

            foreach (var input in inputs) input.Dispose();
        }
    }

    private static long[] Shape(ValueInfoProto value, Dictionary<string, long> sizes) =>
        [.. value.Type.TensorType.Shape.Dim.Select(d => d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam ? sizes[d.DimParam] : d.DimValue)];

    private static OrtValue Zeros(ValueInfoProto input, Dictionary<string, long> sizes)
    {
        var shape = Shape(input, sizes);
        var count = shape.Aggregate(1L, (product, n) => product * n);
        return (TensorProto.Types.DataType)input.Type.TensorType.ElemType switch
        {
            TensorProto.Types.DataType.Uint8 => OrtValue.CreateTensorValueFromMemory(new byte[count], shape),
            TensorProto.Types.DataType.Int32 => OrtValue.CreateTensorValueFromMemory(new int[count], shape),
            TensorProto.Types.DataType.Float => OrtValue.CreateTensorValueFromMemory(new float[count], shape),
            var other => throw new InvalidOperationException($"{input.Name}: {other}"),
        };
    }

    private static Checkpoint WithLengths(Checkpoint checkpoint, Func<int, float> length) => Change(checkpoint, ModelTensors.CodeLengths, values =>
    {
        for (var k = 0; k < values.Length; k++) values[k] = length(k);
    });

    private static Checkpoint Change(Checkpoint checkpoint, string tensor, Action<float[]> change)
    {
        var writer = Models.Checkpoint.CreateWriter(checkpoint.Spec, null);
        foreach (var entry in ModelTensors.For(checkpoint.Spec))
        {
            var values = checkpoint.Values(entry.Name).ToArray();
            if (entry.Name == tensor) change(values);
            writer.Add<float>(entry.Name, values, [.. entry.Shape.Select(n => (long)n)]);
        }

        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return Models.Checkpoint.FromFile(SafetensorsFile.Parse(stream.ToArray()));
    }
}
