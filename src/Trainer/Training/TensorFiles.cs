using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>Between torch tensors and safetensors.</summary>
internal static class TensorFiles
{
    /// <summary>Adds a tensor's values; it may be on any device.</summary>
    public static void Add(this SafetensorsWriter writer, string name, Tensor value)
    {
        using var scope = NewDisposeScope();
        var local = value.detach().cpu().contiguous();
        switch (local.dtype)
        {
            case ScalarType.Float32:
                writer.Add<float>(name, local.data<float>().ToArray(), local.shape);
                break;
            case ScalarType.Int32:
                writer.Add<int>(name, local.data<int>().ToArray(), local.shape);
                break;
            case ScalarType.Byte:
                writer.Add<byte>(name, local.data<byte>().ToArray(), local.shape);
                break;
            default:
                throw new ArgumentException($"tensor '{name}': no file type for {local.dtype}");
        }
    }

    /// <summary>Copies a file's float32 tensor into one of the same shape.</summary>
    /// <exception cref="ModelFormatException">The tensor is missing or has another type or shape.</exception>
    public static void CopyTo(this SafetensorsFile file, string name, Tensor target)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var source = file[name];
        if (!source.Shape.SequenceEqual(target.shape))
            throw new ModelFormatException($"tensor '{name}': expected shape [{string.Join(", ", target.shape)}], got [{string.Join(", ", source.Shape)}]");
        var values = source.Values<float>().ToArray();
        target.copy_(tensor(values, device: CPU).view(target.shape));
    }

    /// <summary>Bytes as a uint8 tensor of that shape on a device.</summary>
    public static Tensor FromBytes(byte[] values, long[] shape, Device device)
    {
        using var scope = NewDisposeScope();
        return tensor(values, ScalarType.Byte, device: CPU).view(shape).to(device).MoveToOuterDisposeScope();
    }

    /// <summary>A CPU uint8 tensor's bytes.</summary>
    public static byte[] ToBytes(Tensor value)
    {
        using var scope = NewDisposeScope();
        return value.cpu().contiguous().data<byte>().ToArray();
    }
}
