using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace VqVae.Runtime;

/// <summary>
/// Turns off what ONNX Runtime's official builds report to their maker. From 1.29 on they do so on Linux and macOS, too: over the network, with an identifier and a
/// database in the user's cache folder. An app that compresses pictures has no business with that.
/// </summary>
internal static partial class OnnxTelemetry
{
    /// <summary>What ONNX Runtime looks at when its environment is made, and never again.</summary>
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>To be called before ONNX Runtime's environment is made. Whoever has set the variable has decided: it stays.</summary>
    public static void TurnOff()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null) return;
        if (OperatingSystem.IsWindows())
        {
            // Windows collects events for itself, and takes a call.
            OrtEnv.Instance().DisableTelemetryEvents();
            return;
        }

        try
        {
            // Not Environment.SetEnvironmentVariable, which native code does not see.
            _ = SetEnvironmentVariable(Variable, "1", overwrite: 0);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without the C library that .NET runs on: then there is no such build of ONNX Runtime either.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
