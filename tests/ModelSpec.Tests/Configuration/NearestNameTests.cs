using CsCheck;
using VqVae.CommandLine;

namespace VqVae.Models.Tests.Configuration;

public class NearestNameTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "codes", 5)]
    [InlineData("codes", "codes", 0)]
    [InlineData("code", "codes", 1)]
    [InlineData("cods", "codes", 1)]
    [InlineData("cades", "codes", 1)]
    [InlineData("cdoes", "codes", 1)]
    [InlineData("stride", "steps", 4)]
    public void Distance_OfTwoWords_CountsEdits(string a, string b, int expected)
    {
        Assert.Equal(expected, NearestName.Distance(a, b));
        Assert.Equal(expected, NearestName.Distance(b, a));
    }

    [Fact]
    public void Distance_OfAnyWords_IsSymmetricAndBounded() => Gen.Select(Gen.String[Gen.Char['a', 'd'], 0, 8], Gen.String[Gen.Char['a', 'd'], 0, 8]).Sample(
        (a, b) =>
        {
            var distance = NearestName.Distance(a, b);
            Assert.Equal(distance, NearestName.Distance(b, a));
            Assert.InRange(distance, Math.Abs(a.Length - b.Length), Math.Max(a.Length, b.Length));
            Assert.Equal(a == b, distance == 0);
        },
        seed: "0000KOIso5A3", iter: 500);

    [Theory]
    [InlineData("prests", "presets")]
    [InlineData("fti", "fit")]
    [InlineData("bogus", null)]
    [InlineData("", null)]
    public void Of_AWord_IsTheNearestNameOrNone(string word, string? expected) =>
        Assert.Equal(expected, NearestName.Of(word, ["fit", "presets", "doctor"]));

    [Fact]
    public void Of_NoNamesOrAVeryLongWord_IsNone()
    {
        Assert.Null(NearestName.Of("fit", []));
        Assert.Null(NearestName.Of(new string('x', 1_000_000), [new string('x', 1_000_000)]));
    }
}
