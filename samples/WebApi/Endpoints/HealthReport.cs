namespace VqVae.Samples.WebApi.Endpoints;

/// <summary>How the service is.</summary>
/// <param name="Status"><c>ok</c>, or what is missing.</param>
internal sealed record HealthReport(string Status);
