using System.Net;
using System.Text.Json;

namespace VqVae.Samples.Tests;

/// <summary>What errors must look like (RFC 9457).</summary>
internal static class Problem
{
    /// <summary>Checks an error.</summary>
    /// <returns>Its detail; empty where it has none.</returns>
    public static async Task<string> AssertAsync(HttpStatusCode status, HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"expected {status}, got {response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(body);
        Assert.Equal((int)status, json.RootElement.GetProperty("status").GetInt32());
        Assert.NotEmpty(json.RootElement.GetProperty("title").GetString()!);
        Assert.DoesNotContain(" at VqVae", body, StringComparison.Ordinal);
        return json.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString()! : "";
    }
}
