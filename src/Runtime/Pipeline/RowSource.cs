namespace VqVae.Runtime;

/// <summary>Where the rows of an image come from: a callback that fills memory, or memory in which all of them lie.</summary>
internal sealed class RowSource
{
    private readonly VqRowReader? _reader;
    private readonly ReadOnlyMemory<byte> _memory;

    /// <param name="reader">Gives the rows.</param>
    public RowSource(VqRowReader reader) => _reader = reader;

    /// <param name="memory">All rows.</param>
    /// <param name="stride">Bytes from one to the next.</param>
    public RowSource(ReadOnlyMemory<byte> memory, int stride) => (_memory, Stride) = (memory, stride);

    /// <summary>Bytes from one row in memory to the next; 0 where a callback gives them.</summary>
    public int Stride { get; }

    /// <summary>Whether rows lie in memory, so that they need not be copied to be looked at.</summary>
    public bool IsMemory => _reader is null;

    /// <summary>The rows from one on, a <see cref="Stride"/> apart.</summary>
    public ReadOnlySpan<byte> From(int y) => _memory.Span[(int)((long)y * Stride)..];

    /// <summary>Has the callback fill memory.</summary>
    public void Read(int y, Span<byte> rows) => _reader!(y, rows);
}
