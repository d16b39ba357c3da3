using System.Runtime.InteropServices;
using TorchSharp;
using VqVae.Trainer.Native;

namespace VqVae.Trainer;

/// <summary>What stands between libtorch and a CUDA device.</summary>
internal static class CudaDiagnosis
{
    private const string NoDriver = "no NVIDIA driver is found; install it";
    private const string NoDevice = "the NVIDIA driver shows no device to libtorch; see nvidia-smi and CUDA_VISIBLE_DEVICES";

    /// <summary>Number of CUDA devices that libtorch can use.</summary>
    public static int Devices() => torch.cuda.is_available() ? torch.cuda.device_count() : 0;

    /// <summary>What is missing, and how to get it, where there is no device.</summary>
    public static string Missing()
    {
        var driver = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        var found = NativeLibrary.TryLoad(driver, out _);
        return LibTorch.Folder is { } folder ? Missing(folder, LibTorch.CudaProblem, found) : Missing(AppLibraries.Find(LibTorchFolder.CudaName) is not null, found);
    }

    /// <summary>The same of this build's own libtorch, for what was found.</summary>
    /// <param name="cudaBuild">Whether this build has libtorch with CUDA.</param>
    /// <param name="driver">Whether the NVIDIA driver's library loads.</param>
    internal static string Missing(bool cudaBuild, bool driver) => (cudaBuild, driver) switch
    {
        (false, true) => "this build has libtorch for the CPU only; build with -p:Gpu=true, or with -p:LibTorch=none to use a PyTorch with CUDA (--libtorch DIR)",
        (false, false) => "this build has libtorch for the CPU only and no NVIDIA driver is found; on a machine with an NVIDIA GPU install its driver and build with -p:Gpu=true",
        (true, false) => NoDriver,
        (true, true) => NoDevice,
    };

    /// <summary>The same of the PyTorch that <c>--libtorch</c> named, for what was found.</summary>
    /// <param name="folder">Its libraries.</param>
    /// <param name="loadProblem">Why its CUDA libraries do not load, or <c>null</c> where they do.</param>
    /// <param name="driver">Whether the NVIDIA driver's library loads.</param>
    internal static string Missing(LibTorchFolder folder, string? loadProblem, bool driver) =>
        !folder.HasCuda ? $"{folder.Name} is a build for the CPU only; install one with CUDA"
        : loadProblem ?? (driver ? NoDevice : NoDriver);
}
