using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace VqVae.Runtime;

/// <summary>What is common to the blocks of all rANS modes: their states in front, their words, how they end.</summary>
internal static class RansStates
{
    /// <summary>Puts the states in front of the words, which lie at the destination's end, and both to its start.</summary>
    /// <param name="states">The states.</param>
    /// <param name="destination">The buffer.</param>
    /// <param name="words">Where the words begin in it.</param>
    /// <returns>Bytes of the block, or −1 where the buffer is too small.</returns>
    public static int Finish(ReadOnlySpan<uint> states, Span<byte> destination, int words)
    {
        var head = states.Length * Rans.StateBytes;
        if (words < head) return -1;
        destination[words..].CopyTo(destination[head..]);
        for (var i = 0; i < states.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(destination[(i * Rans.StateBytes)..], states[i]);
        return head + destination.Length - words;
    }

    /// <summary>Reads the states at a block's start, which must be there.</summary>
    /// <returns>The offset behind them.</returns>
    /// <exception cref="VqFormatException">A state is one that no encoder leaves.</exception>
    public static int Read(ReadOnlySpan<byte> source, Span<uint> states)
    {
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = BinaryPrimitives.ReadUInt32LittleEndian(source[(i * Rans.StateBytes)..]);
            if (states[i] < Rans.Start) throw Damaged($"expected a first state of at least {Text(Rans.Start)}, got {Text(states[i])}");
        }

        return states.Length * Rans.StateBytes;
    }

    /// <summary>Takes a word into the state where it has become small. Two bytes must be there in any case, so that this needs no branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Refill(ref uint state, ReadOnlySpan<byte> source, ref int position)
    {
        var word = BinaryPrimitives.ReadUInt16LittleEndian(source[position..]);
        var small = state < Rans.Start;
        position += small ? 2 : 0;
        state = small ? (state << 16) | word : state;
    }

    /// <summary>Checks that decoding ended where encoding started.</summary>
    /// <exception cref="VqFormatException">It did not.</exception>
    public static void CheckEnd(ReadOnlySpan<uint> states)
    {
        foreach (var state in states)
            if (state != Rans.Start) throw Damaged($"expected to end with the state {Text(Rans.Start)}, got {Text(state)}");
    }

    private static VqFormatException Damaged(string what) => new($"entropy-coded indices: {what}: the block is damaged");

    private static string Text(uint value) => value.ToString(CultureInfo.InvariantCulture);
}
