using System.Security.Cryptography;
using System.Text;
using VqVae.Hashing;

namespace VqVae.Models.Tests;

/// <summary>The hash without OpenSSL is the system's.</summary>
public class Sha256Tests
{
    /// <summary>From FIPS 180-4's examples.</summary>
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Finish_OfTheStandardsExamples_IsTheirHash(string text, string expected)
    {
        foreach (var useSystem in (bool[])[false, true]) Assert.Equal(expected, Hash(Encoding.ASCII.GetBytes(text), [], useSystem));
    }

    [Fact]
    public void Finish_OfEveryLengthInAnyPieces_IsTheSystems()
    {
        var random = new Random(1);
        for (var length = 0; length < 300; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            int[] cuts = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(length + 1)).Order()];
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(data)), Hash(data, cuts, useSystem: false));
        }
    }

    private static string Hash(byte[] data, int[] cuts, bool useSystem)
    {
        using var hash = new Sha256(useSystem);
        var start = 0;
        foreach (var end in cuts.Append(data.Length))
        {
            hash.AppendData(data.AsSpan(start, end - start));
            start = end;
        }

        return Convert.ToHexStringLower(hash.Finish());
    }
}
