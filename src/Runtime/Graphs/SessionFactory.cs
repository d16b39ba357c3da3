using Microsoft.ML.OnnxRuntime;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Opens graphs on the device that was asked for, or on the one that is there.</summary>
internal sealed class SessionFactory(VqCodecOptions options, IExecutionProviders providers)
{
    private const string CudaProvider = "CUDAExecutionProvider";

    /// <summary>The device, once <see cref="Start"/> has found it.</summary>
    public VqDevice Device { get; private set; } = VqDevice.Cpu;

    /// <summary>Finds the device: the one that the first graphs open on.</summary>
    /// <param name="openFirst">Opens them on <see cref="Device"/>; called again where that device turns out not to work.</param>
    /// <exception cref="PlatformNotSupportedException">The device that was asked for is not there, or ONNX Runtime's native library is missing.</exception>
    /// <exception cref="ModelFormatException">ONNX Runtime refuses a graph.</exception>
    public void Start(Action openFirst)
    {
        var hasCuda = AvailableProviders().Contains(CudaProvider);
        if (options.Device.IsCuda || (options.Device.IsAuto && hasCuda))
        {
            Device = options.Device.IsCuda ? options.Device : VqDevice.Cuda();
            if (!hasCuda)
            {
                throw new PlatformNotSupportedException(
                    $"{Device} needs the GPU build of ONNX Runtime, and this program carries the CPU build: build with -p:Gpu=true, or reference the package Microsoft.ML.OnnxRuntime.Gpu instead of Microsoft.ML.OnnxRuntime");
            }

            try
            {
                openFirst();
                return;
            }
            catch (OnnxRuntimeException) when (options.Device.IsAuto)
            {
                // The GPU build on a machine without a (working) GPU: the CPU does the same work.
            }
            catch (OnnxRuntimeException e)
            {
                // A graph that no device opens is the model's fault, not the driver's; the CPU tells one from the other.
                var device = Device;
                Device = VqDevice.Cpu;
                openFirst();
                throw new PlatformNotSupportedException(
                    $"{device} does not start: it needs an NVIDIA GPU of that number with its driver, and the CUDA and cuDNN libraries that ONNX Runtime's GPU build names ({FirstLine(e.Message)})", e);
            }
        }

        Device = VqDevice.Cpu;
        openFirst();
    }

    /// <summary>Opens a graph on <see cref="Device"/>.</summary>
    /// <exception cref="ModelFormatException">ONNX Runtime refuses it on the CPU.</exception>
    /// <exception cref="OnnxRuntimeException">It does not open on another device.</exception>
    public InferenceSession Open(string name, byte[] graph)
    {
        using var sessionOptions = CreateOptions();
        if (Device.IsCuda)
        {
            providers.AppendCuda(sessionOptions, Device.Index);
            return new InferenceSession(graph, sessionOptions);
        }

        try
        {
            return new InferenceSession(graph, sessionOptions);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFormatException($"{name}: ONNX Runtime refuses it: {FirstLine(e.Message)}", e);
        }
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
