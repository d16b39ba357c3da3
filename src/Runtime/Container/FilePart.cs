namespace VqVae.Runtime;

/// <summary>A range of a file's bytes.</summary>
internal readonly record struct FilePart(int Offset, int Length)
{
    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> file) => file.Slice(Offset, Length);

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> file) => file.Slice(Offset, Length);
}
