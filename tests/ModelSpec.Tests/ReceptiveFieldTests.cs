namespace VqVae.Models.Tests;

public class ReceptiveFieldTests
{
    [Fact]
    public void Of_ThePresets_IsTheSumDoneByHand()
    {
        // small: 2 blocks of two 3×3 at stride 8; stem and 3 blocks at stride 8, then stem, one block and head at stride 2.
        Assert.Equal(new ReceptiveField((2 * 2) * 8, ((1 + (3 * 2)) * 8) + 8), ReceptiveField.Of(Preset.Small.Model));

        // celeba: 4 blocks of one 3×3 at stride 4; down by two 4×4 that reach 1 + 2 pixels beyond a patch, up by two that reach one position.
        Assert.Equal(new ReceptiveField((4 * 4) + 3, (4 * 4) + 4), ReceptiveField.Of(Preset.Celeba.Model));
    }

    [Theory]
    [InlineData(2, 0, 8 + 8)]
    [InlineData(2, 1, 8 + 8)]
    [InlineData(2, 2, 8 + 16)]
    [InlineData(4, 2, 24 + 16)]
    public void Of_HalfResolutionLayers_CountsThePositionsThatTheyReach(int blocks, int refineBlocks, int expected)
    {
        // Two pixels for each 3×3: 4, 8 and 12 pixels are one, one and two positions of 8.
        var spec = Preset.Small.Model with { DecoderBlocks = (blocks / 2) - 1, RefineBlocks = refineBlocks };
        Assert.Equal(expected, ReceptiveField.Of(spec).Decoder);
    }

    [Fact]
    public void Of_NoBlocks_IsWhatTheTransformsReach()
    {
        var klt = Preset.Small.Model with { EncoderBlocks = 0, DecoderBlocks = 0, RefineBlocks = 0 };
        Assert.Equal(new ReceptiveField(0, 8 + 8), ReceptiveField.Of(klt));
        var plain = Preset.Celeba.Model with { EncoderBlocks = 0, DecoderBlocks = 0, Stride = 32 };
        Assert.Equal(new ReceptiveField(31, 32), ReceptiveField.Of(plain));
    }

    [Fact]
    public void Of_ImpossibleSpec_Throws() =>
        Assert.Throws<ArgumentException>(() => ReceptiveField.Of(Preset.Small.Model with { Stride = 3 }));
}
