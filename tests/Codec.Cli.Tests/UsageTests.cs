using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Wrong command lines: one line on standard error, exit code 2, nothing read or written.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("there is no command 'frob'", "frob")]
    [InlineData("there is no option '--bogus'", "compress", "a.png", "b.vq", "--bogus")]
    [InlineData("a file name is missing", "compress")]
    [InlineData("a file name is missing: the output", "compress", "a.png")]
    [InlineData("the output is named twice", "compress", "a.png", "b.vq", "-o", "c.vq")]
    [InlineData("--quiet and --verbose exclude each other", "compress", "a", "b", "--quiet", "--verbose")]
    [InlineData("--entropy: expected raw, static, fast or dense, got '1'", "compress", "a", "b", "--entropy", "1")]
    [InlineData("--exif: expected none, keep or all, got 'some'", "compress", "a", "b", "--exif", "some")]
    [InlineData("--rate: expected 0 or more, got -1", "compress", "a", "b", "--rate=-1")]
    [InlineData("--max-pixels: expected 1 to 281474976710656, got 0", "compress", "a", "b", "--max-pixels", "0")]
    [InlineData("--shard: expected i/n with i from 0 to n-1, such as 0/4, got '4/4'", "compress", "a", "b", "--shard", "4/4")]
    [InlineData("--jobs: expected 1 to 1024, got 0", "compress", "a", "b", "--jobs", "0")]
    [InlineData("--recursive is for folders, standard input is a file", "compress", "-", "b", "--recursive")]
    [InlineData("--region: expected x,y,width,height in pixels, such as 100,50,640,480, got '1,2,3'", "decompress", "a.vq", "b.png", "--region", "1,2,3")]
    [InlineData("--region: expected x,y,width,height", "decompress", "a.vq", "b.png", "--region", "1,2,0,3")]
    [InlineData("unexpected argument 'c'", "compress", "a", "b", "c")]
    [InlineData("unexpected argument 'c'", "demo", "a", "c")]
    [InlineData("--stages: the value is no number", "compress", "a", "b", "--stages", "two")]
    [InlineData("--stages: expected at least 1, got 0", "compress", "a", "b", "--stages", "0")]
    [InlineData("--lambda: expected a number of 0 or more, got -1", "compress", "a", "b", "--lambda=-1")]
    [InlineData("--lambda: expected a number of 0 or more, got NaN", "compress", "a", "b", "--lambda", "NaN")]
    [InlineData("--threads: expected 0 (one a core) to 1024", "compress", "a", "b", "--threads=-1")]
    [InlineData("--device: expected auto, cpu, cuda or cuda:N, got 'tpu'", "compress", "a", "b", "--device", "tpu")]
    [InlineData("--background: expected a colour name such as white, or #RRGGBB, got 'whitish'", "compress", "a", "b", "--background", "whitish")]
    [InlineData("--model needs a value", "compress", "a", "b", "--model")]
    [InlineData("--stages needs a value", "compress", "a", "b", "--stages", "--quiet")]
    [InlineData("--quiet is given twice", "compress", "a", "b", "--quiet", "--quiet")]
    [InlineData("same.png is both input and output", "compress", "same.png", "./same.png", "--force")]
    [InlineData("b.gif: the name should end in .png, .jpg, .jpeg or .webp", "decompress", "a.vq", "b.gif")]
    [InlineData("--format: expected png, jpg or webp, got 'gif'", "decompress", "a.vq", "b", "--format", "gif")]
    [InlineData("--out-quality: expected 1 to 100, got 101", "decompress", "a.vq", "b.jpg", "--out-quality", "101")]
    [InlineData("--out-quality is for JPEG and WebP", "decompress", "a.vq", "b.png", "--out-quality", "50")]
    [InlineData("--png-level: expected 0 to 9, got 10", "decompress", "a.vq", "b.png", "--png-level", "10")]
    [InlineData("--png-level is for PNG, the output is WebP", "decompress", "a.vq", "b.webp", "--png-level", "1")]
    public void Run_WrongCommandLine_IsOneLineAndExitCode2(string expected, params string[] arguments)
    {
        using var run = new InProcess();
        Assert.Equal(ExitCode.Usage, run.Run(arguments));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.StartsWith("vqcodec: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\r', '\n').Split('\n'));
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Run_NoArguments_PrintsTheOverviewAsAnError()
    {
        using var run = new InProcess();
        Assert.Equal(ExitCode.Usage, run.Run([]));
        Assert.Equal(HelpPages.Overview, run.Error.TrimEnd());
    }

    [Fact]
    public void Run_BinaryToATerminal_IsRefused()
    {
        using var run = new InProcess(outputIsTerminal: true);
        Assert.Equal(ExitCode.Usage, run.Run(["compress", "a.png", "-"]));
        Assert.Contains("binary data does not go to a terminal", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_BinaryFromATerminal_IsRefused()
    {
        using var run = new InProcess(inputIsTerminal: true);
        Assert.Equal(ExitCode.Usage, run.Run(["info", "-"]));
        Assert.Contains("standard input is a terminal", run.Error, StringComparison.Ordinal);
    }
}
