namespace VqVae.Runtime;

/// <summary>
/// Turns a block of indices into bytes and back; one implementation an entropy mode and rate point. Thread-safe: a block depends on the
/// model's tables and on the stages before it in the same tile, on nothing else.
/// </summary>
internal interface IIndexCoder
{
    /// <summary>Encodes <see cref="IndexBlock.Indices"/>.</summary>
    /// <param name="block">The block; its indices are not changed.</param>
    /// <param name="destination">Where the bytes go; what is behind them may be overwritten.</param>
    /// <exception cref="OperationCanceledException">The block's token was cancelled.</exception>
    /// <returns>Bytes written, or −1 where <paramref name="destination"/> is too small for them.</returns>
    int Encode(in IndexBlock block, Span<byte> destination);

    /// <summary>Decodes <see cref="IndexBlock.Indices"/>. A block's bytes say by themselves where they end.</summary>
    /// <param name="source">The block's bytes, and any that follow.</param>
    /// <param name="block">The block, whose indices are filled in.</param>
    /// <returns>Bytes that the block takes; more than <paramref name="source"/> has where it is cut short, and then the indices are worthless.</returns>
    /// <exception cref="OperationCanceledException">The block's token was cancelled.</exception>
    /// <exception cref="VqFormatException">The bytes are none that <see cref="Encode"/> writes, as far as that can be seen.</exception>
    int Decode(ReadOnlySpan<byte> source, in IndexBlock block);
}
