using Microsoft.ML.OnnxRuntime;

namespace VqVae.Runtime;

/// <summary>Tensors over managed memory that are released together.</summary>
internal sealed class OrtValues(int capacity) : IDisposable
{
    private readonly OrtValue[] _values = new OrtValue[capacity];
    private int _count;

    /// <summary>Adds a tensor over the memory, which stays pinned until the end.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime makes no tensor of it.</exception>
    public void Add<T>(Memory<T> memory, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var dimensions = shape.ToArray();
        try
        {
            // Counted when it is there: what is counted is released.
            _values[_count] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, dimensions);
            _count++;
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException($"ONNX Runtime makes no tensor of shape [{string.Join(", ", dimensions)}]: {e.Message}", e);
        }
    }

    public ArraySegment<OrtValue> Range(int start, int count) => new(_values, start, count);

    public void Dispose()
    {
        for (var i = 0; i < _count; i++) _values[i].Dispose();
    }
}
