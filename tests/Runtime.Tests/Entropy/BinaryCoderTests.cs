using CsCheck;

namespace VqVae.Runtime.Tests.Entropy;

public class BinaryCoderTests
{
    private static readonly Gen<(int Count, int Skew, int Seed)> Cases =
        from count in Gen.Int[0, 300]
        from skew in Gen.Int[0, 3]
        from seed in Gen.Int
        select (count, skew, seed);

    [Fact]
    public void Decode_AnythingBehind_GivesTheBitsAndTheLength() => Cases.Sample(
        c =>
        {
            var random = new Random(c.Seed);
            var (bits, probabilities) = Draw(random, c.Count, c.Skew);
            var bytes = Encode(bits, probabilities);
            foreach (var filler in new byte[] { 0, 0x5a, 0xff })
            {
                byte[] followed = [.. bytes, filler, filler, filler, filler, filler];
                var (decoded, length, ends) = Decode(followed, probabilities);
                Assert.Equal(bits, decoded);
                Assert.Equal(bytes.Length, length);
                Assert.True(ends);
            }
        },
        seed: "0000KxqTJs60",
        iter: 1000,
        threads: 1);

    [Fact]
    public void Encode_OneByteLess_WouldNotDecodeForSomeContinuation() => Cases.Where(c => c.Count > 0).Sample(
        c =>
        {
            var random = new Random(c.Seed);
            var (bits, probabilities) = Draw(random, c.Count, c.Skew);
            var bytes = Encode(bits, probabilities);
            if (bytes.Length == 0) return;
            var wrong = 0;
            foreach (var filler in new byte[] { 0, 0xff })
            {
                byte[] followed = [.. bytes[..^1], filler, filler, filler, filler, filler];
                if (!Decode(followed, probabilities).Bits.SequenceEqual(bits)) wrong++;
            }

            Assert.InRange(wrong, 1, 2);
        },
        seed: "0000KxqTJs61",
        iter: 1000,
        threads: 1);

    [Fact]
    public void Encode_ManyDecisions_TakesTheirInformation()
    {
        var random = new Random(4);
        var (bits, probabilities) = Draw(random, 100_000, 2);
        var information = bits.Zip(probabilities).Sum(d => -Math.Log2((d.First ? d.Second : 65536 - d.Second) / 65536.0));
        Assert.InRange(Encode(bits, probabilities).Length * 8, information * 0.999, (information * 1.001) + 32);
    }

    [Fact]
    public void Encode_NoDecisions_TakesNothing() => Assert.Empty(Encode([], []));

    private static (bool[] Bits, int[] Probabilities) Draw(Random random, int count, int skew)
    {
        var probabilities = new int[count];
        var bits = new bool[count];
        for (var i = 0; i < count; i++)
        {
            probabilities[i] = skew switch { 0 => random.Next(1, 65536), 1 => 1, 2 => 1 << random.Next(16), _ => 65535 };
            bits[i] = random.Next(4) == 0 ? random.Next(2) == 0 : random.Next(65536) < probabilities[i];
        }

        return (bits, probabilities);
    }

    private static byte[] Encode(bool[] bits, int[] probabilities)
    {
        var destination = new byte[8 + (2 * bits.Length) + bits.Length];
        var encoder = new BinaryEncoder(destination);
        for (var i = 0; i < bits.Length; i++) Assert.True(encoder.Encode(bits[i], probabilities[i]));
        return destination[..encoder.Finish()];
    }

    private static (bool[] Bits, int Length, bool Ends) Decode(byte[] source, int[] probabilities)
    {
        var decoder = new BinaryDecoder(source);
        var bits = new bool[probabilities.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = decoder.Decode(probabilities[i]);
        var ends = decoder.Finish(out var length, out _);
        return (bits, length, ends);
    }
}
