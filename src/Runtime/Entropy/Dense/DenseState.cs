using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VqVae.Runtime;

/// <summary>The adapting side of the dense mode for one block at a time: probabilities, weights, and the contexts of the current position.</summary>
internal sealed partial class DenseState
{
    /// <summary>Base-2 logarithm of a block's largest table.</summary>
    public const int MaxTableBits = 20;

    /// <summary>Bytes of a state beside its table: weights, rows of vectors, order 0; rather more than they take.</summary>
    private const int BytesBesideTheTable = 384 << 10;

    private readonly DenseRows _rows = new();
    private readonly DenseSurroundings _surroundings = new();
    private readonly uint[] _contexts = new uint[DenseShape.Lanes];
    private readonly uint[] _hashes = new uint[DenseShape.Lanes];
    private readonly uint[] _entries = new uint[DenseShape.Lanes];
    private readonly uint[] _seconds = new uint[DenseShape.Lanes];
    private readonly int[] _slots = new int[DenseShape.Lanes];
    private readonly int[] _trusts = new int[DenseShape.Lanes];
    private readonly int[] _inputs = new int[DenseShape.Lanes];
    private readonly int[] _rates = new int[DenseShape.Lanes];
    private readonly int[] _nodeWeights = new int[DenseShape.NodeSets * DenseShape.Lanes];
    private readonly int[] _depthWeights = new int[DenseShape.Depths * DenseShape.Lanes];
    private readonly int[] _activityWeights = new int[DenseShape.ActivitySets * DenseShape.Lanes];

    private DenseStage _stage = null!;
    private DenseKernel _kernel;
    private IReadOnlyList<DenseStage> _stages = [];
    private uint[] _order0 = [];
    private uint[] _table = [];
    private int _mask;
    private int _width, _height;
    private int _depthAt, _nodeAt, _activityAt, _node;
    private int _depthP, _nodeP, _activityP;

    /// <summary>The current decision's probabilities: count and 16-bit probability of each context, as they were before it.</summary>
    public ReadOnlySpan<uint> Entries => _entries;

    /// <summary>Where in <see cref="Table"/> the current decision's probabilities are; the first context's are elsewhere.</summary>
    public ReadOnlySpan<int> Slots => _slots;

    /// <summary>All probabilities but order 0's, by hash.</summary>
    public uint[] Table => _table;

    /// <summary>Order 0's probabilities.</summary>
    public uint[] Order0 => _order0;

    /// <summary>Weights by depth.</summary>
    public int[] DepthWeights => _depthWeights;

    /// <summary>Weights by activity.</summary>
    public int[] ActivityWeights => _activityWeights;

    /// <summary>Sum of the weights that the current decision gave an input.</summary>
    public int WeightSum(int lane) => _depthWeights[_depthAt + lane] + _nodeWeights[_nodeAt + lane] + _activityWeights[_activityAt + lane];

    /// <summary>What the neighbours of the current position say.</summary>
    public DenseRows Rows => _rows;

    /// <summary>How fast weights adapt: a stage's own rate, unless training sets another.</summary>
    public int WeightRate { get; set; }

    /// <summary>Starts a block.</summary>
    public void Begin(IReadOnlyList<DenseStage> stages, in IndexBlock block, DenseKernel kernel)
    {
        ResetTable(stages[block.Stage], TableBits(block.Width * (long)block.Height));
        ResetWeights(stages[block.Stage]);
        Continue(stages, block, kernel);
    }

    /// <summary>Starts a block with the probabilities and weights of the last one, as training does.</summary>
    public void Continue(IReadOnlyList<DenseStage> stages, in IndexBlock block, DenseKernel kernel)
    {
        _stages = stages;
        _stage = stages[block.Stage];
        _kernel = kernel;
        (_width, _height) = (block.Width, block.Height);
        _rows.Begin(stages, block);
        _surroundings.Begin(stages, block);
    }

    /// <summary>Sets the probabilities back to a stage's start.</summary>
    public void ResetTable(DenseStage stage, int bits)
    {
        _stage = stage;
        if (_order0.Length < _stage.Codes) _order0 = new uint[_stage.Codes];
        _stage.Order0.CopyTo(_order0, 0);
        if (_table.Length < 1 << bits) _table = new uint[1 << bits];
        else Array.Clear(_table, 0, 1 << bits);
        _mask = (1 << bits) - 1;
    }

    /// <summary>Sets the weights back to a stage's start.</summary>
    public void ResetWeights(DenseStage stage)
    {
        _stage = stage;
        WeightRate = stage.WeightRate;
        _stage.DepthWeights.CopyTo(_depthWeights, 0);
        if (stage.ActivityWeights.Length > 0) stage.ActivityWeights.CopyTo(_activityWeights, 0);
        else for (var set = 0; set < DenseShape.ActivitySets; set++) stage.DepthWeights.AsSpan(0, DenseShape.Lanes).CopyTo(_activityWeights.AsSpan(set * DenseShape.Lanes));

        var depths = _stage.Depths;
        for (var node = 0; node < Math.Min(depths.Length, DenseShape.NodeSets); node++)
        {
            var depth = Math.Min((int)depths[node], DenseShape.Depths - 1);
            _stage.DepthWeights.AsSpan(depth * DenseShape.Lanes, DenseShape.Lanes).CopyTo(_nodeWeights.AsSpan(node * DenseShape.Lanes));
        }
    }

    /// <summary>The size of a block's table: 64 slots a position, 2¹⁰ to 2²⁰ in all; training over many maps has more.</summary>
    public static int TableBits(long positions, int mostBits = MaxTableBits)
    {
        var bits = 10;
        while (bits < mostBits && 1L << bits < 64 * positions) bits++;
        return bits;
    }

    /// <summary>Bytes that a state takes, at most, while it codes a block.</summary>
    public static long Bytes(long positions) => ((long)sizeof(uint) << TableBits(positions)) + DenseSurroundings.Bytes(positions) + BytesBesideTheTable;

    /// <summary>Lets go of what a large block took. The table stays, which is 4 MiB at most: a new one for each block would be most of the block's time.</summary>
    public void Trim() => _surroundings.Trim(1 << MaxTableBits);

    /// <summary>Starts a row.</summary>
    public void BeginRow(in IndexBlock block, int y) => _rows.BeginRow(block, y);

    /// <summary>The probability that the decision at a node is <c>true</c> (the right part), in 65536ths.</summary>
    public int Predict(int node, int depth)
    {
        _node = node;
        LookAlong(node, depth);
        DenseKernels.HashAll(_kernel, _contexts, node, _hashes);
        LookUp(node);

        ref var entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        ref var inputs = ref MemoryMarshal.GetArrayDataReference(_inputs);
        ref var trusts = ref MemoryMarshal.GetArrayDataReference(_trusts);
        ref var stretch = ref MemoryMarshal.GetArrayDataReference(DenseMath.Stretch);
        ref var confidence = ref MemoryMarshal.GetArrayDataReference(_stage.Confidence);
        ref var classes = ref MemoryMarshal.GetReference(DenseShape.CountClass);
        ref var rates = ref MemoryMarshal.GetArrayDataReference(_rates);
        ref var rate = ref MemoryMarshal.GetArrayDataReference(DenseMath.Rate);
        for (nint k = 0; k < DenseShape.Contexts; k++)
        {
            var entry = Unsafe.Add(ref entries, k);
            var count = (nint)((entry >> 16) & 255);
            Unsafe.Add(ref inputs, k) = Unsafe.Add(ref stretch, (nint)((entry & 0xffff) >> 4));
            Unsafe.Add(ref trusts, k) = Unsafe.Add(ref confidence, (k * DenseShape.CountClasses) + Unsafe.Add(ref classes, count));
            Unsafe.Add(ref rates, k) = Unsafe.Add(ref rate, count);
        }

        DenseKernels.Trust(_kernel, ref inputs, ref trusts);
        _depthAt = Math.Min(depth, DenseShape.Depths - 1) * DenseShape.Lanes;
        _nodeAt = (node & (DenseShape.NodeSets - 1)) * DenseShape.Lanes;
        var (depthSum, nodeSum, activitySum) = DenseKernels.Mix(_kernel, ref _depthWeights[_depthAt], ref _nodeWeights[_nodeAt], ref _activityWeights[_activityAt], ref inputs);
        var squash = DenseMath.Squash;
        _depthP = squash[2048 + Limit(depthSum >> 8)];
        _nodeP = squash[2048 + Limit(nodeSum >> 8)];
        _activityP = squash[2048 + Limit(activitySum >> 8)];
        var mixed = Limit((int)(((depthSum + nodeSum + activitySum) * 21846L) >> 24));
        return Math.Clamp((int)squash[2048 + mixed], 32, 65536 - 32);
    }

    /// <summary>Adapts to the decision that was predicted last.</summary>
    public void Update(bool bit)
    {
        var target = bit ? 65536 : 0;
        ref var inputs = ref MemoryMarshal.GetArrayDataReference(_inputs);
        var rate = WeightRate;
        DenseKernels.Train(_kernel, ref _depthWeights[_depthAt], ref inputs, ((target - _depthP) * rate) >> 4);
        DenseKernels.Train(_kernel, ref _nodeWeights[_nodeAt], ref inputs, ((target - _nodeP) * rate) >> 4);
        DenseKernels.Train(_kernel, ref _activityWeights[_activityAt], ref inputs, ((target - _activityP) * rate) >> 4);

        ref var entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        ref var table = ref MemoryMarshal.GetArrayDataReference(_table);
        DenseKernels.Adapt(_kernel, ref entries, ref MemoryMarshal.GetArrayDataReference(_rates), bit ? 65535 : 0);
        _order0[_node] = entries;
        for (var k = 1; k < DenseShape.Contexts; k++) Unsafe.Add(ref table, Unsafe.Add(ref slots, k)) = Unsafe.Add(ref entries, k);
    }

    /// <summary>Ends a position, whose code is known now.</summary>
    public void EndPosition(int x, int code) => _rows.Enter(x, code);

    private static int Limit(int value) => Math.Clamp(value, -DenseMath.StretchLimit, DenseMath.StretchLimit);

    /// <summary>
    /// Finds the contexts' probabilities, each in one of two slots. First all are looked up, without a branch, because hits are hard to
    /// predict and a wrong guess would wait for memory; then those that are new get a slot, in order.
    /// </summary>
    private void LookUp(int node)
    {
        ref var entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        ref var seconds = ref MemoryMarshal.GetArrayDataReference(_seconds);
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        ref var hashes = ref MemoryMarshal.GetArrayDataReference(_hashes);
        ref var table = ref MemoryMarshal.GetArrayDataReference(_table);
        DenseKernels.Slots(_kernel, ref hashes, ref slots, _mask);
        for (nint k = 1; k < DenseShape.Contexts; k++)
        {
            var slot = (nint)Unsafe.Add(ref slots, k);
            Unsafe.Add(ref entries, k) = Unsafe.Add(ref table, slot);
            Unsafe.Add(ref seconds, k) = Unsafe.Add(ref table, slot ^ 1);
        }

        var misses = DenseKernels.Choose(_kernel, ref hashes, ref entries, ref seconds, ref slots) & (((1u << DenseShape.Contexts) - 1) & ~1u);
        entries = _order0[node];
        if (misses == 0) return;

        // The start table's lines are fetched side by side: nothing depends on what is found before all are.
        for (var left = misses; left != 0; left &= left - 1)
        {
            var lane = BitOperations.TrailingZeroCount(left);
            _seconds[lane] = _stage.FindStart(_hashes[lane], _kernel);
        }

        for (; misses != 0; misses &= misses - 1) Start(BitOperations.TrailingZeroCount(misses));
    }

    /// <summary>Gives a new context the slot with the lower count, with the start table's probability or order 0's.</summary>
    private void Start(int lane)
    {
        var (hash, slot) = (_hashes[lane], _slots[lane]);
        if ((_table[slot ^ 1] & 0x00ff0000) < (_table[slot] & 0x00ff0000)) slot ^= 1;
        var found = _seconds[lane];
        if (found == 0) found = (hash & 0xff000000) | (_entries[0] & 0xffff);
        _table[slot] = found;
        _slots[lane] = slot;
        _entries[lane] = found;
    }
}
