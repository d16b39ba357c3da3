namespace VqVae.Models.Tests;

public class LatentPlaneTests
{
    [Fact]
    public void BitsPerIndex_EveryCodebookSize_IsTheFewestBitsThatHoldEveryIndex()
    {
        for (var codes = 1; codes <= 65536; codes++)
        {
            var bits = new LatentPlane("", 8, 1, codes).BitsPerIndex;
            Assert.True(1 << bits >= codes, $"{codes} codes do not fit {bits} bits");
            Assert.True(bits == 0 || 1 << (bits - 1) < codes, $"{codes} codes fit fewer than {bits} bits");
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(256, 8)]
    [InlineData(257, 9)]
    [InlineData(512, 9)]
    [InlineData(65536, 16)]
    public void BitsPerIndex_KnownSizes_AsComputedByHand(int codes, int bits) =>
        Assert.Equal(bits, new LatentPlane("", 8, 1, codes).BitsPerIndex);

    [Theory]
    [InlineData("", "indices")]
    [InlineData("top", "indices_top")]
    public void TensorName_OfAPlane_FollowsTheGraphContract(string name, string tensor) =>
        Assert.Equal(tensor, new LatentPlane(name, 8, 1, 2).TensorName);
}
