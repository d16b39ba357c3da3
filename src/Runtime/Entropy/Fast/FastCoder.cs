using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace VqVae.Runtime;

/// <summary>Entropy mode 2: rANS of the class of a code and of the code inside its class, in tables that the neighbours' classes choose. <c>docs/vq-format.md</c> is normative.</summary>
/// <param name="tables">The tables.</param>
/// <param name="vectors">Whether to search with vectors where the machine has them; the result is the same without.</param>
internal sealed class FastCoder(FastTables tables, bool vectors = true) : IIndexCoder
{
    private const uint Mask = (1u << FastStage.Bits) - 1;

    /// <inheritdoc/>
    public int Encode(in IndexBlock block, Span<byte> destination)
    {
        if (tables.Planes[block.Plane][block.Stage] is not { } stage) return -1;
        ReadOnlySpan<ushort> indices = block.Indices;
        foreach (var index in indices)
            if (index >= stage.CodePlace.Length) throw new InvalidOperationException($"expected indices below {stage.CodePlace.Length}, got {index}");

        // Decoding goes forwards, so encoding goes backwards, from the buffer's end, and of the two symbols of a position the last is first.
        var (first, second, end) = (Rans.Start, Rans.Start, destination.Length);
        var single = States(indices.Length) == 1;
        var before = Before(block);
        for (var y = block.Height - 1; y >= 0; y--)
        {
            for (var x = block.Width - 1; x >= 0; x--)
            {
                var i = (y * block.Width) + x;
                var index = indices[i];
                var left = x > 0 ? stage.NeighbourClass[indices[i - 1]] : stage.NeighbourClasses;
                var above = y > 0 ? stage.NeighbourClass[indices[i - block.Width]] : stage.NeighbourClasses;
                var classTable = stage.ClassTable[Context(stage, left, above, before.IsEmpty ? 0 : stage.BeforeClass[before[i]])];
                var ownClass = stage.CodeClass[index];
                var code = (stage.CodeTable[classTable] * stage.CodeTableLength) + stage.CodePlace[index];
                if (!Push(ref second, stage.CodeStarts[code], stage.CodeStarts[code + 1], destination, ref end)) return -1;
                ref var state = ref (single ? ref second : ref first);
                var start = (classTable * (stage.Classes + 1)) + ownClass;
                if (!Push(ref state, stage.ClassStarts[start], stage.ClassStarts[start + 1], destination, ref end)) return -1;
            }
        }

        return RansStates.Finish(single ? [second] : [first, second], destination, end);
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> source, in IndexBlock block)
    {
        if (tables.Planes[block.Plane][block.Stage] is not { } stage) throw new VqFormatException($"plane {block.Plane}, stage {block.Stage}: expected a raw block, since the model has no tables for the stage");
        var indices = block.Indices;
        Span<uint> states = stackalloc uint[States(indices.Length)];
        if (source.Length < states.Length * Rans.StateBytes) return states.Length * Rans.StateBytes;
        var position = RansStates.Read(source, states);
        ref var first = ref states[0];
        ref var second = ref states[^1];
        var before = Before(block);
        var wide = vectors && Vector256.IsHardwareAccelerated;
        ReadOnlySpan<byte> neighbourClass = stage.NeighbourClass;
        ReadOnlySpan<byte> contextTable = stage.ClassTable;
        ReadOnlySpan<byte> hints = stage.ClassHint;
        ReadOnlySpan<ushort> classStarts = stage.ClassStarts;
        ReadOnlySpan<ushort> codeStarts = stage.CodeStarts;
        ReadOnlySpan<ushort> classOffset = stage.ClassOffset;
        var (classes, codeTableLength, outside, befores) = (stage.Classes, stage.CodeTableLength, stage.NeighbourClasses, stage.BeforeClasses);
        for (var y = 0; y < block.Height; y++)
        {
            var left = outside;
            var row = indices.Slice(y * block.Width, block.Width);
            var above = y > 0 ? indices.Slice((y - 1) * block.Width, block.Width) : default;
            var beforeRow = before.IsEmpty ? default : before.Slice(y * block.Width, block.Width);
            for (var x = 0; x < row.Length; x++)
            {
                var context = (y > 0 ? neighbourClass[above[x]] : outside) * befores;
                if (!beforeRow.IsEmpty) context += stage.BeforeClass[beforeRow[x]];
                int table = contextTable[(context * (outside + 1)) + left];

                var slot = first & Mask;
                var start = table * (classes + 1);
                var at = Find(classStarts, start + hints[(int)(((uint)table << (FastStage.Bits - FastStage.HintBits)) + (slot >> FastStage.HintBits))], slot, wide);
                Pop(ref first, slot, classStarts, at);
                if (!Refill(ref first, source, ref position)) return position + 2;

                var offset = classOffset[at - start];
                slot = second & Mask;
                start = stage.CodeTable[table] * codeTableLength;
                at = Find(codeStarts, start + offset, slot, wide);
                Pop(ref second, slot, codeStarts, at);
                if (!Refill(ref second, source, ref position)) return position + 2;

                var index = stage.PlaceCode[at - start];
                row[x] = index;
                left = neighbourClass[index];
            }
        }

        RansStates.CheckEnd(states);
        return position;
    }

    /// <summary>States of a block: one that takes both symbols of a position in turn, or one for classes and one for codes.</summary>
    private static int States(int positions) => Math.Min(2, Rans.States(positions));

    private static ReadOnlySpan<ushort> Before(in IndexBlock block) => block.Stage == 0 ? [] : block.EarlierStage(block.Stage - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Context(FastStage stage, int left, int above, int before) =>
        (((above * stage.BeforeClasses) + before) * (stage.NeighbourClasses + 1)) + left;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Push(ref uint state, uint start, uint next, Span<byte> destination, ref int end)
    {
        var frequency = next - start;
        if (state >> (32 - FastStage.Bits) >= frequency)
        {
            if (end < 2) return false;
            end -= 2;
            BinaryPrimitives.WriteUInt16LittleEndian(destination[end..], (ushort)state);
            state >>= 16;
        }

        state = RansReciprocals.Push(state, start, frequency);
        return true;
    }

    /// <summary>Finds the last start that is not above the slot, from one that is not above it. A number above all slots follows somewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Find(ReadOnlySpan<ushort> starts, int from, uint slot, bool wide)
    {
        if (!wide)
        {
            while (starts[from + 1] <= slot) from++;
            return from;
        }

        for (var slots = Vector256.Create((ushort)slot); ; from += Vector256<ushort>.Count)
        {
            var above = Vector256.GreaterThan(Vector256.Create(starts[from..]), slots).ExtractMostSignificantBits();
            if (above != 0) return from + BitOperations.TrailingZeroCount(above) - 1;
        }
    }

    /// <summary>Takes a symbol out of a state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pop(ref uint state, uint slot, ReadOnlySpan<ushort> starts, int at)
    {
        uint start = starts[at];
        state = ((starts[at + 1] - start) * (state >> FastStage.Bits)) + slot - start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Refill(ref uint state, ReadOnlySpan<byte> source, ref int position)
    {
        if (state >= Rans.Start) return true;
        if (source.Length - position < 2) return false;
        state = (state << 16) | BinaryPrimitives.ReadUInt16LittleEndian(source[position..]);
        position += 2;
        return true;
    }
}
