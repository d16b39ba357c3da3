namespace VqVae.Runtime;

/// <summary>The checksum of a zlib stream (RFC 1950, clause 8.2).</summary>
internal struct Adler32
{
    private const uint Modulus = 65521;

    /// <summary>Bytes after which the sums still fit 32 bits.</summary>
    private const int Chunk = 5552;

    private uint _sum;
    private uint _sumOfSums;

    public Adler32() => _sum = 1;

    public readonly uint Value => (_sumOfSums << 16) | _sum;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var (sum, sumOfSums) = (_sum, _sumOfSums);
        while (!bytes.IsEmpty)
        {
            var chunk = bytes[..Math.Min(Chunk, bytes.Length)];
            foreach (var b in chunk)
            {
                sum += b;
                sumOfSums += sum;
            }

            sum %= Modulus;
            sumOfSums %= Modulus;
            bytes = bytes[chunk.Length..];
        }

        (_sum, _sumOfSums) = (sum, sumOfSums);
    }
}
