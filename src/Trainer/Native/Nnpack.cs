using System.Runtime.InteropServices;

namespace VqVae.Trainer.Native;

/// <summary>NNPACK, an old library of convolutions inside libtorch, which TorchSharp has no switch for.</summary>
/// <remarks>
/// With one thread, libtorch 2.10 asks for it in every 1×1 convolution. On processors that it does not know (AMD EPYC in a virtual machine, for one) every such question
/// tries to start it again and prints a warning: thousands of lines a minute. It is off everywhere, so that a run does not depend on it either.
/// </remarks>
internal static class Nnpack
{
    /// <summary>Turns it off for the process. Does nothing where libtorch is missing, has none (Windows) or does not export the switch.</summary>
    /// <param name="libTorch">The path of the libtorch_cpu that the process uses, or <c>null</c>.</param>
    /// <returns>Whether it is off now.</returns>
    public static bool TurnOff(string? libTorch)
    {
        // at::globalContext().setUserEnabledNNPACK(false), by the names that both Linux and macOS compilers give them.
        if (libTorch is null || OperatingSystem.IsWindows()
            || !NativeLibrary.TryLoad(libTorch, out var library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out var context)
            || !NativeLibrary.TryGetExport(library, "_ZN2at7Context20setUserEnabledNNPACKEb", out var enable))
        {
            return false;
        }

        Marshal.GetDelegateForFunctionPointer<Enable>(enable)(Marshal.GetDelegateForFunctionPointer<GlobalContext>(context)(), 0);
        return true;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint GlobalContext();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Enable(nint context, byte on);
}
