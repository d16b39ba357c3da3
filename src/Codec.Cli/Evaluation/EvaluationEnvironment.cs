using System.Reflection;
using System.Runtime.InteropServices;
using VqVae.Imaging;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>The versions and the machine that figures come from.</summary>
internal static class EvaluationEnvironment
{
    /// <summary>Names and values.</summary>
    public static IReadOnlyList<(string Name, string Value)> Facts
    {
        get
        {
            Vips.Prepare();
            return
            [
                ("vqcodec", Version(typeof(EvaluationEnvironment))),
                ("onnx_runtime", Version(typeof(Microsoft.ML.OnnxRuntime.OrtEnv))),
                ("libvips", $"{NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}"),
                ("dotnet", Environment.Version.ToString()),
                ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
                ("processor", Processor()),
            ];
        }
    }

    private static string Version(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? type.Assembly.GetName().Version?.ToString() ?? "unknown";

    /// <summary>The processor's name, where the system tells it in a file, and its cores.</summary>
    private static string Processor()
    {
        var cores = Environment.ProcessorCount == 1 ? "1 core" : $"{Environment.ProcessorCount} cores";
        try
        {
            var line = OperatingSystem.IsLinux() ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
            return line is null ? cores : $"{line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()}, {cores}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return cores;
        }
    }
}
