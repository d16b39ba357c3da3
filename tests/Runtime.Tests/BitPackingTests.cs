using CsCheck;

namespace VqVae.Runtime.Tests;

public class BitPackingTests
{
    private static readonly Gen<(int Codes, ushort[] Indices)> GenIndices =
        from codes in Gen.OneOf(Gen.Int[2, 65536], Gen.OneOf(2, 3, 4, 16, 255, 256, 257, 512, 65535, 65536))
        from indices in Gen.Int[0, codes - 1].Select(i => (ushort)i).Array[0, 200]
        select (codes, indices);

    [Fact]
    public void Unpack_OfPacked_ReturnsTheIndices() => GenIndices.Sample(
        sample =>
        {
            var bits = Bits(sample.Codes);
            var packed = new byte[BitPacking.Size(sample.Indices.Length, bits)];
            Assert.Equal(-1, BitPacking.Pack(sample.Indices, bits, sample.Codes, packed));
            var unpacked = new ushort[sample.Indices.Length];
            Assert.Equal(-1, BitPacking.Unpack(packed, bits, sample.Codes, unpacked));
            Assert.Equal(sample.Indices, unpacked);
        },
        seed: "0N0XIzNsQ0O2",
        iter: 3000);

    [Fact]
    public void Pack_AnyIndices_PutsBitJOfIndexIAtBitIBitsPlusJ() => GenIndices.Sample(
        sample =>
        {
            var bits = Bits(sample.Codes);
            var packed = new byte[BitPacking.Size(sample.Indices.Length, bits)];
            BitPacking.Pack(sample.Indices, bits, sample.Codes, packed);
            var expected = new byte[((sample.Indices.Length * bits) + 7) / 8];
            for (var i = 0; i < sample.Indices.Length; i++)
            {
                for (var j = 0; j < bits; j++)
                {
                    var at = (i * bits) + j;
                    expected[at / 8] |= (byte)(((sample.Indices[i] >> j) & 1) << (at % 8));
                }
            }

            Assert.Equal(expected, packed);
        },
        seed: "0N0XIzNsQ0O2",
        iter: 1000);

    [Theory]
    [InlineData(20)]
    [InlineData(ushort.MaxValue)]
    public void Pack_IndexOutOfRange_ReturnsItsPosition(ushort index) =>
        Assert.Equal(2, BitPacking.Pack([0, 19, index], 5, 20, new byte[2]));

    [Fact]
    public void Unpack_IndexOfNoCode_ReturnsItsPosition() =>
        // 5 bits an index: 3, then 20 of 20 codes.
        Assert.Equal(1, BitPacking.Unpack([0b100_00011, 0b10], 5, 20, new ushort[2]));

    private static int Bits(int codes) => 32 - int.LeadingZeroCount(codes - 1);
}
