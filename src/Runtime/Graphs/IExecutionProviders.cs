using Microsoft.ML.OnnxRuntime;

namespace VqVae.Runtime;

/// <summary>What the loaded build of ONNX Runtime can run on; the seam through which tests play machines that are not there.</summary>
internal interface IExecutionProviders
{
    /// <summary>Names of the execution providers that the build contains, whether or not the machine has the device.</summary>
    IReadOnlyList<string> Available { get; }

    /// <summary>Adds the CUDA provider to a session's options.</summary>
    /// <exception cref="OnnxRuntimeException">The machine lacks the driver or a library of CUDA.</exception>
    void AppendCuda(SessionOptions options, int deviceIndex);
}

/// <summary>The real ones.</summary>
internal sealed class OnnxRuntimeProviders : IExecutionProviders
{
    public static OnnxRuntimeProviders Instance { get; } = new();

    /// <remarks>What is asked first of ONNX Runtime: its environment is made here.</remarks>
    public IReadOnlyList<string> Available
    {
        get
        {
            OnnxTelemetry.TurnOff();
            return OrtEnv.Instance().GetAvailableProviders();
        }
    }

    public void AppendCuda(SessionOptions options, int deviceIndex)
    {
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(CudaOptions(deviceIndex));
        options.AppendExecutionProvider_CUDA(cuda);
    }

    internal static Dictionary<string, string> CudaOptions(int deviceIndex) => new()
    {
        ["device_id"] = deviceIndex.ToString(System.Globalization.CultureInfo.InvariantCulture),
        // An exhaustive search costs more than half a second for every new image size.
        ["cudnn_conv_algo_search"] = "HEURISTIC",
        // TF32 has a mantissa of 10 bits: with it, pixels can differ from other machines' by more than 1 of 255.
        ["use_tf32"] = "0",
        ["arena_extend_strategy"] = "kSameAsRequested",
    };
}
