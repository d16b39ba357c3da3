using VqVae.TestSupport;

namespace VqVae.Models.Tests;

public class ModelTensorsTests
{
    [Fact]
    public void For_TinyVqVae_IsTheDocumentedList() => AssertTensors(
        RandomCheckpoint.TinyVqVae,
        """
        encoder.down.0.weight [16, 3, 4, 4]
        encoder.down.0.bias [16]
        encoder.down.1.weight [16, 16, 4, 4]
        encoder.down.1.bias [16]
        encoder.blocks.0.conv1.weight [16, 16, 3, 3]
        encoder.blocks.0.conv1.bias [16]
        encoder.blocks.0.conv2.weight [16, 16, 1, 1]
        encoder.blocks.0.conv2.bias [16]
        encoder.head.weight [8, 16, 1, 1]
        encoder.head.bias [8]
        decoder.stem.weight [16, 8, 1, 1]
        decoder.stem.bias [16]
        decoder.blocks.0.conv1.weight [16, 16, 3, 3]
        decoder.blocks.0.conv1.bias [16]
        decoder.blocks.0.conv2.weight [16, 16, 1, 1]
        decoder.blocks.0.conv2.bias [16]
        decoder.up.0.weight [16, 16, 4, 4]
        decoder.up.0.bias [16]
        decoder.up.1.weight [16, 3, 4, 4]
        decoder.up.1.bias [3]
        quantizer.codebooks [1, 32, 8]
        quantizer.code_lengths [1, 32]
        """);

    [Fact]
    public void For_TinyKlt_IsTheDocumentedList() => AssertTensors(
        RandomCheckpoint.TinyKlt,
        """
        encoder.klt.weight [8, 3, 8, 8]
        encoder.klt.bias [8]
        encoder.stem.weight [16, 3, 8, 8]
        encoder.stem.bias [16]
        encoder.blocks.0.conv1.weight [16, 16, 3, 3]
        encoder.blocks.0.conv1.bias [16]
        encoder.blocks.0.conv2.weight [16, 16, 3, 3]
        encoder.blocks.0.conv2.bias [16]
        encoder.head.weight [8, 16, 1, 1]
        encoder.head.bias [8]
        decoder.klt.weight [192, 8, 1, 1]
        decoder.klt.bias [192]
        decoder.stages.weight [3, 16]
        decoder.stem.weight [16, 8, 3, 3]
        decoder.stem.bias [16]
        decoder.blocks.0.conv1.weight [16, 16, 3, 3]
        decoder.blocks.0.conv1.bias [16]
        decoder.blocks.0.conv2.weight [16, 16, 3, 3]
        decoder.blocks.0.conv2.bias [16]
        decoder.expand.weight [64, 16, 1, 1]
        decoder.expand.bias [64]
        decoder.refine.stem.weight [16, 16, 3, 3]
        decoder.refine.stem.bias [16]
        decoder.refine.blocks.0.conv1.weight [16, 16, 3, 3]
        decoder.refine.blocks.0.conv1.bias [16]
        decoder.refine.blocks.0.conv2.weight [16, 16, 3, 3]
        decoder.refine.blocks.0.conv2.bias [16]
        decoder.refine.head.weight [12, 16, 3, 3]
        decoder.refine.head.bias [12]
        quantizer.codebooks [3, 20, 8]
        quantizer.code_lengths [3, 20]
        """);

    [Fact]
    public void IsDecoderSide_EachTensor_IsTheDecoderAndTheCodebooks()
    {
        foreach (var spec in new[] { RandomCheckpoint.TinyVqVae, RandomCheckpoint.TinyKlt })
            foreach (var tensor in ModelTensors.For(spec))
            {
                var expected = tensor.Name.StartsWith("decoder.", StringComparison.Ordinal) || tensor.Name == "quantizer.codebooks";
                Assert.Equal(expected, ModelTensors.IsDecoderSide(tensor));
            }
    }

    [Fact]
    public void For_ImpossibleSpec_Throws() => Assert.Throws<ArgumentException>(() => ModelTensors.For(new ModelSpec { Stride = 5 }));

    private static void AssertTensors(ModelSpec spec, string expected) => Assert.Equal(
        expected.Split('\n', StringSplitOptions.TrimEntries),
        ModelTensors.For(spec).Select(t => $"{t.Name} [{string.Join(", ", t.Shape)}]"));
}
