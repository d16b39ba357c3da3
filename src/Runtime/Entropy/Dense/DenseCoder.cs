namespace VqVae.Runtime;

/// <summary>
/// The dense mode: an index is coded as the decisions on its way down a tree over the codes, each with a probability mixed from those
/// that adaptive contexts give.
/// </summary>
internal sealed class DenseCoder(DenseTables tables, DenseKernel kernel) : IIndexCoder
{
    private readonly DenseStatePool _pool = new();

    /// <summary>A coder with the fastest kernel of this machine.</summary>
    public DenseCoder(DenseTables tables)
        : this(tables, DenseKernels.Best)
    {
    }

    /// <inheritdoc/>
    public int Encode(in IndexBlock block, Span<byte> destination)
    {
        var stages = tables.Planes[block.Plane];
        var stage = stages[block.Stage];
        var state = _pool.Rent();
        var encoder = new BinaryEncoder(destination);
        state.Begin(stages, block, kernel);
        for (var y = 0; y < block.Height; y++)
        {
            block.CancellationToken.ThrowIfCancellationRequested();
            state.BeginRow(block, y);
            for (var x = 0; x < block.Width; x++)
            {
                var code = block.Indices[(y * block.Width) + x];
                state.BeginPosition(block, x, y);
                var (leaf, first, count, node) = (stage.LeafOf[code], 0, stage.Codes, 0);
                for (var depth = 0; count > 1; depth++)
                {
                    var left = stage.Left[node];
                    var bit = leaf >= first + left;
                    if (!encoder.Encode(bit, state.Predict(node, depth)))
                    {
                        _pool.Return(state);
                        return -1;
                    }

                    state.Update(bit);
                    Descend(bit, left, ref first, ref count, ref node);
                }

                state.EndPosition(x, code);
            }
        }

        _pool.Return(state);
        return encoder.Finish();
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> source, in IndexBlock block)
    {
        var stages = tables.Planes[block.Plane];
        var stage = stages[block.Stage];
        var state = _pool.Rent();
        var decoder = new BinaryDecoder(source);
        state.Begin(stages, block, kernel);
        for (var y = 0; y < block.Height; y++)
        {
            block.CancellationToken.ThrowIfCancellationRequested();
            state.BeginRow(block, y);
            for (var x = 0; x < block.Width; x++)
            {
                state.BeginPosition(block, x, y);
                var (first, count, node) = (0, stage.Codes, 0);
                for (var depth = 0; count > 1; depth++)
                {
                    var bit = decoder.Decode(state.Predict(node, depth));
                    state.Update(bit);
                    Descend(bit, stage.Left[node], ref first, ref count, ref node);
                }

                var code = stage.Leaves[first];
                block.Indices[(y * block.Width) + x] = code;
                state.EndPosition(x, code);
                if (decoder.IsPastEnd)
                {
                    _pool.Return(state);
                    return source.Length + 1;
                }
            }
        }

        _pool.Return(state);
        if (!decoder.Finish(out var length, out var expected))
            VqThrow.Invalid(length, $"end of the block of stage {block.Stage} of plane {block.Plane}", $"{expected:x8}", $"{decoder.Next:x8}: the block is damaged");
        return length;
    }

    private static void Descend(bool right, int left, ref int first, ref int count, ref int node)
    {
        if (right)
        {
            first += left;
            count -= left;
            node += left;
        }
        else
        {
            count = left;
            node++;
        }
    }
}
