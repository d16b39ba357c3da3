namespace VqVae.Runtime.Tests;

public class VqDeviceTests
{
    [Theory]
    [InlineData("auto", "auto")]
    [InlineData("cpu", "cpu")]
    [InlineData("CPU", "cpu")]
    [InlineData("cuda", "cuda:0")]
    [InlineData("cuda:0", "cuda:0")]
    [InlineData("Cuda:13", "cuda:13")]
    public void Parse_Device_ReadsBackFromItsText(string text, string expected)
    {
        var device = VqDevice.Parse(text);
        Assert.Equal(expected, device.ToString());
        Assert.Equal(device, VqDevice.Parse(device.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:99999999999")]
    [InlineData("cuda:1x")]
    public void Parse_AnythingElse_SaysWhatIsExpected(string text)
    {
        var error = Assert.Throws<FormatException>(() => VqDevice.Parse(text));
        Assert.Equal($"device: expected auto, cpu, cuda or cuda:N, got '{text}'", error.Message);
    }

    [Fact]
    public void Default_IsAuto()
    {
        Assert.Equal(VqDevice.Auto, default);
        Assert.True(VqDevice.Auto is { IsAuto: true, IsCpu: false, IsCuda: false });
        Assert.True(VqDevice.Cuda(3) is { IsCuda: true, Index: 3, IsAuto: false });
        Assert.Throws<ArgumentOutOfRangeException>(() => VqDevice.Cuda(-1));
    }
}
