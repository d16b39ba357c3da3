using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using VqVae.Samples.WebApi;
using VqVae.Samples.WebApi.Coding;
using VqVae.Samples.WebApi.Endpoints;
using VqVae.TestSupport;

namespace VqVae.Samples.Tests;

/// <summary>The service in this process, on Kestrel and a free port, with folders of its own.</summary>
public sealed class TestService : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private TestService(WebApplication app, TemporaryFolder folder) => (_app, _folder) = (app, folder);

    /// <summary>Asks the service.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { Timeout = Patience };

    /// <summary>Where it listens.</summary>
    public Uri Address => Client.BaseAddress!;

    internal CodecWorkers Workers => _app.Services.GetRequiredService<CodecWorkers>();

    /// <summary>The folder of files.</summary>
    public string Images => _folder["images"];

    /// <summary>Files of uploads that are not done with.</summary>
    public string[] Uploads => Directory.GetFiles(_folder["uploads"]);

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="settings">Such as <c>--Limits:Pixels=100</c>.</param>
    public static async Task<TestService> StartAsync(params string[] settings)
    {
        var folder = new TemporaryFolder();
        var app = Service.Build(
        [
            "--Urls=http://127.0.0.1:0", $"--Storage:Folder={folder["images"]}", $"--Storage:UploadFolder={folder["uploads"]}", "--Limits:WarmUpSide=64", "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft.AspNetCore=None", .. settings,
        ]);
        var service = new TestService(app, folder);
        await app.StartAsync();
        service.Client.BaseAddress = new Uri(app.Urls.Single(url => !url.Contains("unix:", StringComparison.Ordinal)));
        await UntilAsync(async () => (await service.Client.GetAsync("/health/ready")).IsSuccessStatusCode);
        return service;
    }

    /// <summary>Waits for something that is to happen soon.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var end = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, "it did not happen in time");
            await Task.Delay(10);
        }
    }

    /// <summary>Uploads a picture.</summary>
    public Task<HttpResponseMessage> PostAsync(byte[] body, string type = "image/png", string query = "", string? accept = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/compress" + query) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        return Client.SendAsync(request, cancellationToken);
    }

    /// <summary>Uploads a picture that is taken.</summary>
    internal async Task<CompressedImage> AddAsync(byte[] body, string type = "image/png", string query = "")
    {
        using var response = await PostAsync(body, type, query);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<CompressedImage>())!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }
}
