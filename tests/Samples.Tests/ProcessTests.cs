using System.Net;
using System.Net.Sockets;
using VqVae.TestSupport;

namespace VqVae.Samples.Tests;

/// <summary>The samples as processes of their own, as their users run them.</summary>
public class ProcessTests
{
    private const string WebApi = "VqVae.Samples.WebApi";

    [Fact]
    public void Console_Picture_GoesThereAndBack()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Transparent(130, 90));

        var run = ToolProcess.Run("VqVae.Samples.Console", [folder["in.png"], folder["out"]]);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("130×90", run.Text, StringComparison.Ordinal);
        Assert.True(new FileInfo(folder["out.vq"]).Length > 0);
        Assert.Equal((130, 90, 3), Pictures.Read(File.ReadAllBytes(folder["out.png"])) is var (width, height, bands, _) ? (width, height, bands) : default);
    }

    [Theory]
    [InlineData("--Limits:Pixels=0", "Pixels")]
    [InlineData("--Limits:Pixels=many", "Limits:Pixels")]
    [InlineData("--Limits:Pixel=5", "Pixel")]
    [InlineData("--Storage:Folder=", "Folder")]
    public void WebApi_BadSetting_IsOneLineAndExitCode2(string setting, string named)
    {
        var run = ToolProcess.Run(WebApi, ["--Urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None", setting]);
        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.Contains(named, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void WebApi_NoModel_EndsWithExitCode1AndSaysWhy()
    {
        using var folder = new TemporaryFolder();
        var run = ToolProcess.Run(WebApi, ["--Urls=http://127.0.0.1:0", $"--Model:Folder={folder["none"]}", $"--Storage:Folder={folder["images"]}"]);
        Assert.True(run.ExitCode == 1, run.ToString());
        Assert.Contains("The model cannot be loaded", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebApi_ToldToStop_FinishesWhatItIsAt()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        var port = FreePort();
        using var process = ToolProcess.Start(WebApi, [$"--Urls=http://127.0.0.1:{port}", $"--Storage:Folder={folder["images"]}", $"--Storage:UploadFolder={folder["uploads"]}", "--Limits:ShutdownSeconds=120"]);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await TestService.UntilAsync(async () =>
        {
            try
            {
                return (await client.GetAsync("/health/ready")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        using var body = new ByteArrayContent(Pictures.Drawn(1500, 1200, ".jpg"));
        body.Headers.ContentType = new("image/jpeg");
        var running = client.PostAsync("/compress", body);
        await TestService.UntilAsync(() => Task.FromResult(Directory.GetFiles(folder["uploads"]).Length > 0));
        Assert.False(running.IsCompleted);

        process.Signal("TERM");

        Assert.Equal(HttpStatusCode.Created, (await running).StatusCode);
        var result = process.WaitForExit();
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Single(Directory.GetFiles(folder["images"], "*.vq", SearchOption.AllDirectories));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
