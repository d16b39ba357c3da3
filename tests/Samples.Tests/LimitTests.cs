using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using VqVae.TestSupport;

namespace VqVae.Samples.Tests;

public class LimitTests
{
    private const int BodyBytes = 50_000;

    [Fact]
    public async Task Post_LongerThanAllowed_Gives413ByLengthAndInChunks()
    {
        await using var service = await TestService.StartAsync($"--Limits:BodyBytes={BodyBytes}");
        await Problem.AssertAsync(HttpStatusCode.RequestEntityTooLarge, await service.PostAsync(new byte[BodyBytes + 1]));

        // Of no length that the headers say: sent in chunks.
        using var chunks = new StreamContent(new UnknownLength(new byte[BodyBytes + 5000]));
        chunks.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        await Problem.AssertAsync(HttpStatusCode.RequestEntityTooLarge, await service.Client.PostAsync("/compress", chunks));

        using var allowed = new StreamContent(new UnknownLength(Pictures.Drawn(32, 32)));
        allowed.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        Assert.Equal(HttpStatusCode.Created, (await service.Client.PostAsync("/compress", allowed)).StatusCode);
        Assert.Empty(service.Uploads);
    }

    [Fact]
    public async Task Post_MorePixelsThanAllowed_Gives413()
    {
        await using var service = await TestService.StartAsync("--Limits:Pixels=10000", "--Limits:Side=200");
        Assert.Equal(HttpStatusCode.Created, (await service.PostAsync(Pictures.Drawn(100, 100))).StatusCode);
        Assert.Contains("101x100", await Problem.AssertAsync(HttpStatusCode.RequestEntityTooLarge, await service.PostAsync(Pictures.Drawn(101, 100))), StringComparison.Ordinal);
        await Problem.AssertAsync(HttpStatusCode.RequestEntityTooLarge, await service.PostAsync(Pictures.Drawn(201, 2)));
    }

    [Fact]
    public async Task Post_MoreAtATimeThanPlaces_Gives429AndAPlaceIsFreeWhenAClientGoes()
    {
        await using var service = await TestService.StartAsync("--Limits:Uploads=2");
        var first = await HoldUploadAsync(service);
        using var second = await HoldUploadAsync(service);
        await TestService.UntilAsync(() => Task.FromResult(service.Uploads.Length == 2));

        using var refused = await service.PostAsync(Pictures.Drawn(32, 32));
        await Problem.AssertAsync(HttpStatusCode.TooManyRequests, refused);
        Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        Assert.True((await service.Client.GetAsync("/health/ready")).IsSuccessStatusCode);

        first.Dispose();
        await TestService.UntilAsync(async () => (await service.PostAsync(Pictures.Drawn(32, 32))).StatusCode == HttpStatusCode.Created);
        Assert.Single(service.Uploads);
    }

    [Fact]
    public async Task Post_FewerThanPlacesButMoreThanWorkers_AllWaitAndAreServed()
    {
        await using var service = await TestService.StartAsync("--Limits:Workers=1", "--Limits:Uploads=12");
        var images = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => service.AddAsync(Pictures.Drawn(64, 64, seed: i))));
        Assert.Equal(12, images.Select(i => i.Id).Distinct().Count());
    }

    [Fact]
    public async Task Post_ClientThatGoes_FreesTheWorker()
    {
        await using var service = await TestService.StartAsync("--Limits:Workers=1", "--Limits:Uploads=4");
        var large = Pictures.Drawn(2500, 2500, ".jpg");
        using var gone = new CancellationTokenSource();
        var running = service.PostAsync(large, "image/jpeg", cancellationToken: gone.Token);
        await TestService.UntilAsync(() => Task.FromResult(service.Workers.Busy == 1));
        var waiting = service.PostAsync(large, "image/jpeg", cancellationToken: gone.Token);
        await TestService.UntilAsync(() => Task.FromResult(service.Workers.Waiting == 1));

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await TestService.UntilAsync(() => Task.FromResult(service.Workers.Busy == 0 && service.Uploads.Length == 0));
        Assert.False(Directory.Exists(service.Images) && Directory.EnumerateFiles(service.Images, "*.vq", SearchOption.AllDirectories).Any());
        await service.AddAsync(Pictures.Drawn(32, 32));
    }

    [Fact]
    public async Task Png_ClientThatDoesNotRead_HoldsAPlaceUntilItGoes()
    {
        // What a system buffers for a Unix domain socket is far less than this picture; for TCP, it may be megabytes.
        using var folder = new TemporaryFolder();
        await using var service = await TestService.StartAsync(
            $"--Urls=http://127.0.0.1:0;http://unix:{folder["s"]}", "--Limits:Workers=1", "--Limits:Pictures=1", "--Limits:ResponseBuffer=65536", "--Limits:BytesPerSecond=0");
        var image = await service.AddAsync(Pictures.Noise(700), query: "?quality=100");
        using (var silent = await SendAsync(new UnixDomainSocketEndPoint(folder["s"]), $"GET {image.Png} HTTP/1.1\r\nHost: test\r\n\r\n"))
        {
            await TestService.UntilAsync(() => Task.FromResult(service.Workers.Busy == 1));
            using var refused = await service.Client.GetAsync(image.Png);
            await Problem.AssertAsync(HttpStatusCode.TooManyRequests, refused);
            Assert.NotNull(refused.Headers.RetryAfter);

            // Neither files nor headers need a place.
            Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync(image.Vq)).StatusCode);
        }

        await TestService.UntilAsync(async () => (await service.Client.GetAsync(image.Png + "?w=10")).StatusCode == HttpStatusCode.OK);
        await TestService.UntilAsync(() => Task.FromResult(service.Workers.Busy == 0));
    }

    [Fact]
    public async Task Post_LongerThanItsTime_Gives504()
    {
        await using var service = await TestService.StartAsync("--Limits:RequestSeconds=1", "--Limits:BytesPerSecond=0");
        using var slow = await HoldUploadAsync(service);
        using var reader = new StreamReader(new NetworkStream(slow));
        Assert.Contains("504", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await TestService.UntilAsync(() => Task.FromResult(service.Uploads.Length == 0));
    }

    /// <summary>An upload that has begun and does not go on.</summary>
    private static Task<Socket> HoldUploadAsync(TestService service) => SendAsync(
        new IPEndPoint(IPAddress.Parse(service.Address.Host), service.Address.Port), "POST /compress HTTP/1.1\r\nHost: test\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nabc");

    private static async Task<Socket> SendAsync(EndPoint service, string text)
    {
        var socket = new Socket(service.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(service);
        await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        return socket;
    }

    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
