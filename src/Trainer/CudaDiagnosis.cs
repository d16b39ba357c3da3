using System.Runtime.InteropServices;
using TorchSharp;

namespace VqVae.Trainer;

/// <summary>What stands between libtorch and a CUDA device.</summary>
internal static class CudaDiagnosis
{
    /// <summary>Number of CUDA devices that libtorch can use.</summary>
    public static int Devices() => torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    /// <summary>What is missing, and how to get it, where there is no device.</summary>
    public static string Missing()
    {
        var library = OperatingSystem.IsWindows() ? "torch_cuda.dll" : "libtorch_cuda.so";
        var driver = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        return Missing(File.Exists(Path.Combine(AppContext.BaseDirectory, library)), NativeLibrary.TryLoad(driver, out _));
    }

    /// <summary>The same, for what was found.</summary>
    /// <param name="cudaBuild">Whether this build has libtorch with CUDA.</param>
    /// <param name="driver">Whether the NVIDIA driver's library loads.</param>
    internal static string Missing(bool cudaBuild, bool driver) => (cudaBuild, driver) switch
    {
        (false, true) => "this build has libtorch for the CPU only; build with -p:Gpu=true",
        (false, false) => "this build has libtorch for the CPU only and no NVIDIA driver is found; on a machine with an NVIDIA GPU install its driver and build with -p:Gpu=true",
        (true, false) => "no NVIDIA driver is found; install it",
        (true, true) => "the NVIDIA driver shows no device to libtorch; see nvidia-smi and CUDA_VISIBLE_DEVICES",
    };
}
