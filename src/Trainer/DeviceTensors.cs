using TorchSharp;
using static TorchSharp.torch;

namespace VqVae.Trainer;

/// <summary>Tensors on their way to a device, without the program's waiting for a copy to a GPU.</summary>
internal static class DeviceTensors
{
    /// <summary>Numbers as a tensor on a device.</summary>
    public static Tensor Upload(long[] values, Device device)
    {
        using var scope = NewDisposeScope();
        return Upload(tensor(values), device).MoveToOuterDisposeScope();
    }

    /// <summary>A tensor of the CPU on a device, in the caller's dispose scope.</summary>
    /// <returns>
    /// On the CPU the same memory. On another device a copy that may still be under way, ahead of whatever is computed there next;
    /// <paramref name="local"/> may be changed or disposed of at once.
    /// </returns>
    public static Tensor Upload(Tensor local, Device device)
    {
        if (device.type == DeviceType.CPU) return local.alias();
        if (device.type != DeviceType.CUDA) return local.to(device);

        // Only from pinned memory does a copy run beside the program. Torch keeps pinned blocks for the next time, and hands one out again only
        // when the copies from it are done: so it is torch that waits, if anybody must, and not the tensor.
        using var pinned = local.pin_memory();
        return pinned.to(device, non_blocking: true);
    }
}
