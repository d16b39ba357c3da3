using System.Globalization;
using TorchSharp;

namespace VqVae.Trainer;

/// <summary>Chooses the device that torch computes on.</summary>
internal static class TorchDevice
{
    /// <summary>Turns <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c> into a device that is there.</summary>
    /// <exception cref="ArgumentException">The text is none of these.</exception>
    /// <exception cref="PlatformNotSupportedException">CUDA was asked for and is not there; the message says what is missing.</exception>
    public static torch.Device Parse(string text)
    {
        if (text == "cpu") return torch.CPU;
        if (text == "auto") return CudaDiagnosis.Devices() > 0 ? torch.device(DeviceType.CUDA, 0) : torch.CPU;
        var index = 0;
        if (text != "cuda" && !(text.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out index)))
            throw new ArgumentException($"--device: expected auto, cpu, cuda or cuda:N, got '{text}'");

        var devices = CudaDiagnosis.Devices();
        if (devices == 0) throw new PlatformNotSupportedException($"--device {text}: {CudaDiagnosis.Missing()}, or use --device cpu");
        if (index >= devices) throw new PlatformNotSupportedException($"--device cuda:{index}: the last CUDA device is cuda:{devices - 1}");
        return torch.device(DeviceType.CUDA, index);
    }
}
