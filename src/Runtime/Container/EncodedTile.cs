using System.Buffers;

namespace VqVae.Runtime;

/// <summary>A tile's blocks, slot after slot, in pooled memory.</summary>
internal sealed class EncodedTile : IDisposable
{
    private readonly byte[] _bytes;
    private readonly (int Start, int Length, bool IsRaw)[] _blocks;
    private int _end;

    /// <param name="slots">Blocks that will be there.</param>
    /// <param name="capacity">Most bytes that they will take.</param>
    public EncodedTile(int slots, int capacity)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(capacity);
        _blocks = new (int, int, bool)[slots];
    }

    /// <summary>Memory for the next block.</summary>
    public Span<byte> Free => _bytes.AsSpan(_end);

    /// <summary>Says how much of <see cref="Free"/> a slot's block took.</summary>
    public void Add(int slot, int length, bool isRaw)
    {
        _blocks[slot] = (_end, length, isRaw);
        _end += length;
    }

    /// <summary>A slot's bytes.</summary>
    public ReadOnlySpan<byte> Block(int slot) => _bytes.AsSpan(_blocks[slot].Start, _blocks[slot].Length);

    /// <summary>Whether a slot's block is raw although the file's mode is another.</summary>
    public bool IsRaw(int slot) => _blocks[slot].IsRaw;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
