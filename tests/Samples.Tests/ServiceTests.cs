using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using VqVae.Samples.WebApi;
using VqVae.Samples.WebApi.Coding;

namespace VqVae.Samples.Tests;

public class ServiceTests(SharedService shared) : IClassFixture<SharedService>
{
    private readonly TestService _service = shared.Service;

    [Fact]
    public async Task OpenApi_Document_ListsEveryRouteWithItsMethods()
    {
        using var json = JsonDocument.Parse(await _service.Client.GetStringAsync("/openapi/v1.json"));
        var documented = json.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(m => $"{m.Name.ToUpperInvariant()} {p.Name}")).Order(StringComparer.Ordinal);

        await using var app = Service.Build(["--Logging:LogLevel:Default=None"]);
        var mapped = ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/openapi", StringComparison.Ordinal) is false)
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText}")).Order(StringComparer.Ordinal);

        Assert.Equal(mapped, documented);
        var kept = json.RootElement.GetProperty("paths").GetProperty("/compress").GetProperty("post").GetProperty("responses").GetProperty("200").GetProperty("content");
        Assert.Equal(["application/json", "application/vnd.vq"], kept.EnumerateObject().Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.Equal(7, documented.Count());
    }

    [Fact]
    public async Task Health_ServiceThatRuns_IsLiveAndReady()
    {
        foreach (var path in (string[])["/health/live", "/health/ready"])
        {
            using var response = await _service.Client.GetAsync(path);
            Assert.Equal((HttpStatusCode.OK, """{"status":"ok"}"""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        }
    }

    [Fact]
    public async Task Metrics_OfARequest_CountItsBytesAndItsTime()
    {
        // Meters are of the process: other tests' services may count meanwhile.
        var sums = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == ServiceMetrics.MeterName) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => sums.AddOrUpdate($"{instrument.Name} {tags[0].Value}", value, (_, sum) => sum + value));
        listener.Start();
        var picture = Pictures.Drawn(64, 64, seed: 77);

        var image = await _service.AddAsync(picture);
        await _service.Client.GetByteArrayAsync(image.Png);

        Assert.InRange(sums["vqvae.picture.bytes"], picture.Length, double.MaxValue);
        Assert.InRange(sums["vqvae.vq.bytes"], image.Bytes, double.MaxValue);
        foreach (var kind in (string[])["compress", "decompress"]) Assert.InRange(sums["vqvae.call.duration " + kind], 1e-4, double.MaxValue);
    }

    [Fact]
    public async Task Answers_OfAnyKind_DoNotNameTheServer() => Assert.Empty((await _service.Client.GetAsync("/health/live")).Headers.Server);
}
