using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;
using VqVae.Models;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>Where a run was trained, as <c>environment.json</c>: what may explain its speed or its rounding, and nothing of who or where.</summary>
internal sealed record RunEnvironment
{
    /// <summary>The trainer's version.</summary>
    public required string Trainer { get; init; }

    /// <summary>The operating system's name and version.</summary>
    public required string System { get; init; }

    /// <summary>The processor's architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>Processors that the process may use.</summary>
    public required int Processors { get; init; }

    /// <summary>Memory in MiB that the process may use.</summary>
    public required long MemoryMegabytes { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>libtorch's version.</summary>
    public required string Torch { get; init; }

    /// <summary>Threads that libtorch computes with.</summary>
    public required int TorchThreads { get; init; }

    /// <summary>What libtorch computes on: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>The step from which this environment trained.</summary>
    public required long FromStep { get; init; }

    /// <summary>When it began, in UTC to the second.</summary>
    public required DateTime Began { get; init; }

    /// <summary>This process's environment.</summary>
    /// <param name="device">What libtorch computes on.</param>
    /// <param name="step">Steps done before.</param>
    /// <param name="now">The time, in UTC.</param>
    public static RunEnvironment Current(string device, long step, DateTimeOffset now) => new()
    {
        Trainer = typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        System = RuntimeInformation.OSDescription,
        Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
        Processors = Environment.ProcessorCount,
        MemoryMegabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
        Runtime = RuntimeInformation.FrameworkDescription,
        Torch = torch.__version__,
        TorchThreads = torch.get_num_threads(),
        Device = device,
        FromStep = step,
        Began = new DateTime(now.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc),
    };

    /// <summary>Writes the file, replacing an earlier one.</summary>
    public void Write(string path) =>
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, RunEnvironmentJson.Default.RunEnvironment) + "\n");
}

/// <summary>Generated JSON code: snake_case.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(RunEnvironment))]
internal sealed partial class RunEnvironmentJson : JsonSerializerContext;
