using Microsoft.ML.OnnxRuntime;

namespace VqVae.Runtime;

/// <summary>Tensors over managed memory that are released together.</summary>
internal sealed class OrtValues(int capacity) : IDisposable
{
    private readonly OrtValue[] _values = new OrtValue[capacity];
    private int _count;

    /// <summary>Adds a tensor over the memory, which stays pinned until the end.</summary>
    public void Add<T>(Memory<T> memory, params ReadOnlySpan<long> shape)
        where T : unmanaged =>
        _values[_count++] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, shape.ToArray());

    public ArraySegment<OrtValue> Range(int start, int count) => new(_values, start, count);

    public void Dispose()
    {
        for (var i = 0; i < _count; i++) _values[i].Dispose();
    }
}
