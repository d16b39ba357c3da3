using Microsoft.ML.OnnxRuntime;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Opens graphs on the device that was asked for, or on the one that is there.</summary>
internal sealed class SessionFactory(VqCodecOptions options, IExecutionProviders providers)
{
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <summary>Opens all graphs on one device.</summary>
    /// <exception cref="PlatformNotSupportedException">The device that was asked for is not there, or ONNX Runtime's native library is missing.</exception>
    /// <exception cref="ModelFormatException">ONNX Runtime refuses a graph.</exception>
    public (InferenceSession[] Sessions, VqDevice Device) Open(params ReadOnlySpan<(string Name, byte[] Graph)> graphs)
    {
        var hasCuda = AvailableProviders().Contains(CudaProvider);
        if (options.Device.IsCuda || (options.Device.IsAuto && hasCuda))
        {
            var device = options.Device.IsCuda ? options.Device : VqDevice.Cuda();
            if (!hasCuda)
            {
                throw new PlatformNotSupportedException(
                    $"{device} needs the GPU build of ONNX Runtime, and this program carries the CPU build: build with -p:Gpu=true, or reference the package Microsoft.ML.OnnxRuntime.Gpu instead of Microsoft.ML.OnnxRuntime");
            }

            try
            {
                using var sessionOptions = CreateOptions();
                providers.AppendCuda(sessionOptions, device.Index);
                return (OpenAll(graphs, sessionOptions), device);
            }
            catch (OnnxRuntimeException) when (options.Device.IsAuto)
            {
                // The GPU build on a machine without a (working) GPU: the CPU does the same work.
            }
            catch (OnnxRuntimeException e)
            {
                // A graph that no device opens is the model's fault, not the driver's; the CPU tells one from the other.
                foreach (var session in OpenOnCpu(graphs)) session.Dispose();
                throw new PlatformNotSupportedException(
                    $"{device} does not start: it needs an NVIDIA GPU of that number with its driver, and the CUDA and cuDNN libraries that ONNX Runtime's GPU build names ({FirstLine(e.Message)})", e);
            }
        }

        return (OpenOnCpu(graphs), VqDevice.Cpu);
    }

    private InferenceSession[] OpenOnCpu(ReadOnlySpan<(string Name, byte[] Graph)> graphs)
    {
        try
        {
            using var sessionOptions = CreateOptions();
            return OpenAll(graphs, sessionOptions);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFormatException($"{(e.Data[nameof(graphs)] as string) ?? "a graph"}: ONNX Runtime refuses it: {FirstLine(e.Message)}", e);
        }
    }

    private static InferenceSession[] OpenAll(ReadOnlySpan<(string Name, byte[] Graph)> graphs, SessionOptions sessionOptions)
    {
        var sessions = new InferenceSession[graphs.Length];
        for (var i = 0; i < graphs.Length; i++)
        {
            try
            {
                sessions[i] = new InferenceSession(graphs[i].Graph, sessionOptions);
            }
            catch (OnnxRuntimeException e)
            {
                e.Data[nameof(graphs)] = graphs[i].Name;
                foreach (var session in sessions) session?.Dispose();
                throw;
            }
        }

        return sessions;
    }

    private static string FirstLine(string message) => message.AsSpan().Trim().IndexOfAny('\r', '\n') is var end and >= 0 ? message.Trim()[..end] : message.Trim();

    private IReadOnlyList<string> AvailableProviders()
    {
        try
        {
            return providers.Available;
        }
        catch (Exception e) when ((e is TypeInitializationException ? e.InnerException : e) is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new PlatformNotSupportedException(
                "ONNX Runtime's native library is missing: reference the package Microsoft.ML.OnnxRuntime (CPU) or Microsoft.ML.OnnxRuntime.Gpu, of the same version as Microsoft.ML.OnnxRuntime.Managed", e);
        }
    }

    internal SessionOptions CreateOptions()
    {
        var sessionOptions = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // ONNX Runtime's own default counts the machine's cores, whatever share of them a container may use.
            IntraOpNumThreads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads,
            // Patterns are kept for every input shape that was ever seen, and images come in all sizes.
            EnableMemoryPattern = false,
            // Errors arrive as exceptions; the library writes nothing to the console.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // The bytes were checked as ONNX: nothing in them may switch ONNX Runtime to its other format.
        sessionOptions.AddSessionConfigEntry("session.load_model_format", "ONNX");

        // Threads that wait for the next image would keep a core busy.
        sessionOptions.AddSessionConfigEntry("session.force_spinning_stop", "1");
        return sessionOptions;
    }
}
