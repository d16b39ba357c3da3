namespace VqVae.Models.Tests;

public class EqualCodesTests
{
    [Fact]
    public void First_SomeEqual_NamesTheFirstOfEach() =>
        Assert.Equal([0, 1, 0, 3, 1, 0], EqualCodes.First([1, 2, 3, 4, 1, 2, 1, 3, 3, 4, 1, 2], 6));

    [Fact]
    public void First_AllDifferent_IsEachItself() => Assert.Equal([0, 1, 2], EqualCodes.First([1, 2, 3], 3));

    [Fact]
    public void First_NoCodes_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => EqualCodes.First([], 0));
}
