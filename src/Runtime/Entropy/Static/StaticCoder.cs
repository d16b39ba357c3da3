using System.Buffers.Binary;

namespace VqVae.Runtime;

/// <summary>Entropy mode 1: rANS with one table a stage. <c>docs/vq-format.md</c> is normative.</summary>
internal sealed class StaticCoder : IIndexCoder
{
    private readonly RansTable?[][] _tables;

    public StaticCoder(StaticTables tables) =>
        _tables = [.. tables.Planes.Select(p => p.Select(t => t is null ? null : new RansTable(t)).ToArray())];

    /// <summary>Bytes that the coder's tables hold.</summary>
    public int Bytes => _tables.Sum(p => p.Sum(t => t?.Bytes ?? 0));

    /// <inheritdoc/>
    public int Encode(in IndexBlock block, Span<byte> destination)
    {
        if (_tables[block.Plane][block.Stage] is not { } table) return -1;
        var symbols = table.Symbols;
        var bits = table.Bits;
        ReadOnlySpan<ushort> indices = block.Indices;
        var count = Rans.States(indices.Length);
        Span<uint> states = stackalloc uint[Rans.MaxStates];
        states.Fill(Rans.Start);

        // Decoding goes forwards, so encoding goes backwards, from the buffer's end.
        var end = destination.Length;
        for (var i = indices.Length - 1; i >= 0; i--)
        {
            if (indices[i] >= symbols.Length) throw new InvalidOperationException($"the encoder gave the index {indices[i]} where the codebook has {symbols.Length} codes");
            ref readonly var symbol = ref symbols[indices[i]];
            ref var state = ref states[i & (count - 1)];
            if (symbol.Overflows(state, bits))
            {
                if (end < 2) return -1;
                end -= 2;
                BinaryPrimitives.WriteUInt16LittleEndian(destination[end..], (ushort)state);
                state >>= 16;
            }

            state = symbol.Push(state, bits);
        }

        return RansStates.Finish(states[..count], destination, end);
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> source, in IndexBlock block)
    {
        if (_tables[block.Plane][block.Stage] is not { } table) throw new VqFormatException($"plane {block.Plane}, stage {block.Stage}: expected a raw block, since the model has no table for the stage");
        var indices = block.Indices;
        Span<uint> states = stackalloc uint[Rans.MaxStates];
        states = states[..Rans.States(indices.Length)];
        if (source.Length < states.Length * Rans.StateBytes) return states.Length * Rans.StateBytes;
        var position = RansStates.Read(source, states);
        var done = states.Length == Rans.MaxStates ? DecodeFour(table, source, ref position, states, indices) : 0;

        var lookup = table.Lookup;
        var ranges = table.Ranges;
        for (var i = done; i < indices.Length; i++)
        {
            ref var state = ref states[i & (states.Length - 1)];
            indices[i] = RansTable.Pop(ref state, lookup, ranges, table.Bits);
            if (state < Rans.Start)
            {
                if (source.Length - position < 2) return position + 2;
                state = (state << 16) | BinaryPrimitives.ReadUInt16LittleEndian(source[position..]);
                position += 2;
            }
        }

        RansStates.CheckEnd(states);
        return position;
    }

    /// <summary>Decodes four positions at a time, while words for all four are there.</summary>
    /// <returns>Positions that are done, a multiple of four.</returns>
    private static int DecodeFour(RansTable table, ReadOnlySpan<byte> source, ref int position, Span<uint> states, Span<ushort> indices)
    {
        var lookup = table.Lookup;
        var ranges = table.Ranges;
        var (bits, p) = (table.Bits, position);
        var (a, b, c, d) = (states[0], states[1], states[2], states[3]);
        var i = 0;
        for (; i <= indices.Length - 4 && p <= source.Length - 8; i += 4)
        {
            indices[i] = RansTable.Pop(ref a, lookup, ranges, bits);
            indices[i + 1] = RansTable.Pop(ref b, lookup, ranges, bits);
            indices[i + 2] = RansTable.Pop(ref c, lookup, ranges, bits);
            indices[i + 3] = RansTable.Pop(ref d, lookup, ranges, bits);
            RansStates.Refill(ref a, source, ref p);
            RansStates.Refill(ref b, source, ref p);
            RansStates.Refill(ref c, source, ref p);
            RansStates.Refill(ref d, source, ref p);
        }

        (states[0], states[1], states[2], states[3]) = (a, b, c, d);
        position = p;
        return i;
    }
}
