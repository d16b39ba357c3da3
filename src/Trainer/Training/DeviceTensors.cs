using TorchSharp;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>Small arrays on their way to a device.</summary>
internal static class DeviceTensors
{
    /// <summary>Numbers as a tensor on a device. To a GPU through pinned memory, so that the step does not wait for the copy.</summary>
    public static Tensor Upload(long[] values, Device device)
    {
        using var scope = NewDisposeScope();
        var local = tensor(values);
        if (device.type != DeviceType.CPU) local = local.pin_memory().to(device, non_blocking: true);
        return local.MoveToOuterDisposeScope();
    }
}
