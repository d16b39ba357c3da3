using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using VqVae.Samples.WebApi.Endpoints;

namespace VqVae.Samples.WebApi;

/// <summary>The JSON that the service writes, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CompressedImage))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ServiceJson : JsonSerializerContext;
