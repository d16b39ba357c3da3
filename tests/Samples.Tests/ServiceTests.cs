using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using VqVae.Samples.WebApi;

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
    public async Task Answers_OfAnyKind_DoNotNameTheServer() => Assert.Empty((await _service.Client.GetAsync("/health/live")).Headers.Server);
}
