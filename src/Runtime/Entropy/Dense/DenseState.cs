using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VqVae.Runtime;

/// <summary>The adapting side of the dense mode for one block at a time: probabilities, weights, and the contexts of the current position.</summary>
internal sealed class DenseState
{
    private const uint ContextFactor = 0x2545F491, LaneFactor = 0x85EBCA6B, NodeFactor = 0x9E3779B1;

    private readonly DenseRows _rows = new();
    private readonly uint[] _contexts = new uint[DenseShape.Lanes];
    private readonly uint[] _hashes = new uint[DenseShape.Lanes];
    private readonly uint[] _entries = new uint[DenseShape.Lanes];
    private readonly int[] _slots = new int[DenseShape.Lanes];
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
    private int _width, _height, _plain;
    private int _class1, _activity;
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

    /// <summary>The size of the block's table: 64 slots a position, 2¹⁰ to 2²² in all.</summary>
    public static int TableBits(long positions)
    {
        var bits = 10;
        while (bits < 22 && 1L << bits < 64 * positions) bits++;
        return bits;
    }

    /// <summary>Starts a row.</summary>
    public void BeginRow(in IndexBlock block, int y) => _rows.BeginRow(block, y);

    /// <summary>Starts a position: the contexts that are the same at every node.</summary>
    public void BeginPosition(in IndexBlock block, int x, int y)
    {
        _rows.Look(x, y);
        _activity = _rows.Level(0);
        var own = block.Indices;
        var (stage, width, at, codes) = (block.Stage, _width, (y * _width) + x, _stage.Codes);
        uint left = x > 0 ? own[at - 1] : (uint)codes, above = y > 0 ? own[at - width] : (uint)codes;
        uint aboveRight = y > 0 && x + 1 < width ? own[at - width + 1] : (uint)codes, aboveLeft = y > 0 && x > 0 ? own[at - width - 1] : (uint)codes;
        uint left2 = x > 1 ? own[at - 2] : (uint)codes, above2 = y > 1 ? own[at - (2 * width)] : (uint)codes;
        var (classes, ranks) = (_stage.Classes, _stage.Ranks);
        uint classLeft = classes[left], classAbove = classes[above];
        uint level = (uint)((_activity * 16) + _rows.Level(1));

        uint one = left2, two = above2, three = (classes[aboveLeft] * 32u) + classes[aboveRight], right, below, classOne = 0, classTwo = 0, sides;
        var rank = 0u;
        if (stage > 0)
        {
            var before = _stages[stage - 1];
            var previous = block.EarlierStage(stage - 1);
            one = previous[at];
            right = x + 1 < width ? previous[at + 1] : (uint)before.Codes;
            below = y + 1 < _height ? previous[at + width] : (uint)before.Codes;
            (classOne, rank) = (before.Classes[one], before.Ranks[one]);
            sides = (((before.Classes[right] * 32u) + before.Classes[below]) * 32) + classOne;
            if (stage > 1)
            {
                two = block.EarlierStage(stage - 2)[at];
                classTwo = _stages[stage - 2].Classes[two];
            }

            if (stage > 2) three = block.EarlierStage(stage - 3)[at];
        }
        else
        {
            (right, below) = ((left * (uint)(codes + 1)) + above, (classLeft * 32) + classAbove);
            sides = (((classes[aboveLeft] * 32u) + classLeft) * 32) + classAbove;
        }

        _class1 = (int)classOne;
        Set(1, left);
        Set(2, above);
        Set(3, one);
        Set(4, two);
        Set(5, right);
        Set(6, below);
        Set(7, aboveRight);
        Set(8, aboveLeft);
        Set(9, level);
        Set(10, (((classOne * 32) + classTwo) * 16) + (uint)_activity);
        Set(11, sides);
        Set(12, three);
        Set(13, (((((((((rank * 4) + ranks[left]) * 4) + ranks[above]) * 4) + ranks[aboveLeft]) * 4) + ranks[aboveRight]) * 16) + (uint)_rows.Level(2));
        _plain = 14;
        _activityAt = ((_activity * 16) + _rows.Level(2)) * DenseShape.Lanes;
    }

    /// <summary>The probability that the decision at a node is <c>true</c> (the right part), in 65536ths.</summary>
    public int Predict(int node, int depth)
    {
        _node = node;
        LookAlong(node, depth);
        DenseKernels.HashAll(_kernel, _contexts, node, _hashes);

        LookUp(node);

        ref var entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        ref var inputs = ref MemoryMarshal.GetArrayDataReference(_inputs);
        ref var stretch = ref MemoryMarshal.GetArrayDataReference(DenseMath.Stretch);
        ref var confidence = ref MemoryMarshal.GetArrayDataReference(_stage.Confidence);
        ref var classes = ref MemoryMarshal.GetReference(DenseShape.CountClass);
        ref var rates = ref MemoryMarshal.GetArrayDataReference(_rates);
        ref var rate = ref MemoryMarshal.GetArrayDataReference(DenseMath.Rate);
        for (var k = 0; k < DenseShape.Contexts; k++)
        {
            var entry = Unsafe.Add(ref entries, k);
            var count = (int)((entry >> 16) & 255);
            int value = Unsafe.Add(ref stretch, (int)((entry & 0xffff) >> 4));
            int trust = Unsafe.Add(ref confidence, (k * DenseShape.CountClasses) + Unsafe.Add(ref classes, count));
            Unsafe.Add(ref inputs, k) = Limit((value * trust) >> 8);
            Unsafe.Add(ref rates, k) = Unsafe.Add(ref rate, count);
        }

        _depthAt = Math.Min(depth, DenseShape.Depths - 1) * DenseShape.Lanes;
        _nodeAt = (node & (DenseShape.NodeSets - 1)) * DenseShape.Lanes;
        var depthSum = DenseKernels.Mix(_kernel, ref _depthWeights[_depthAt], ref inputs);
        var nodeSum = DenseKernels.Mix(_kernel, ref _nodeWeights[_nodeAt], ref inputs);
        var activitySum = DenseKernels.Mix(_kernel, ref _activityWeights[_activityAt], ref inputs);
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

    /// <summary>The contexts that depend on the node: where the neighbours' vectors lie along its axis.</summary>
    private void LookAlong(int node, int depth)
    {
        int near = 0, left = 0, above = 0, beyond = 0;
        var dimensions = _stage.Dimensions;
        if (dimensions > 0)
        {
            ref var axis = ref _stage.Axes[node * dimensions];
            ref var differences = ref MemoryMarshal.GetArrayDataReference(_rows.Differences);
            var (threshold, slope) = (_stage.Thresholds[node], _stage.Slopes[node]);
            near = Scale(DenseKernels.Dot(_kernel, ref axis, ref differences, dimensions), threshold, slope);
            left = Scale(DenseKernels.Dot(_kernel, ref axis, ref Unsafe.Add(ref differences, dimensions), dimensions), threshold, slope);
            above = Scale(DenseKernels.Dot(_kernel, ref axis, ref Unsafe.Add(ref differences, 2 * dimensions), dimensions), threshold, slope);
            beyond = Scale(DenseKernels.Dot(_kernel, ref axis, ref Unsafe.Add(ref differences, 3 * dimensions), dimensions), threshold, slope);
        }

        var fine = (uint)(Math.Clamp(((near * 5) + 128) >> 8, -15, 15) + 16);
        var coarse = (uint)(Math.Clamp(((near * 5) + 256) >> 9, -6, 6) + 8);
        var (l, a, b) = (Coarse(left), Coarse(above), Coarse(beyond));
        Set(_plain, fine);
        Set(_plain + 1, (coarse * 16) + (uint)_activity);
        Set(_plain + 2, (((l * 16) + a) * 16) + b);
        Set(_plain + 3, (coarse * 32) + (uint)_class1);
        Set(_plain + 4, (((coarse * 16) + l) * 16) + a);

        // The same at every node of a depth: what the hash adds for the node is taken away.
        Set(_plain + 5, (fine * 32) + (uint)Math.Min(depth, 31));
        _contexts[_plain + 5] -= (uint)node * NodeFactor;

        _inputs[DenseShape.Contexts] = (near * 3) >> 2;
        _inputs[DenseShape.Contexts + 1] = left >> 2;
        _inputs[DenseShape.Contexts + 2] = above >> 2;
        _inputs[DenseShape.Contexts + 3] = 80;
    }

    private static uint Coarse(int value) => (uint)(Math.Clamp(((value * 3) + 256) >> 9, -4, 4) + 8);

    private static int Scale(int dot, int threshold, int slope) => (int)Math.Clamp((((long)dot - threshold) * slope) >> 16, -DenseMath.StretchLimit, DenseMath.StretchLimit);

    private void Set(int lane, uint value) => _contexts[lane] = (value * ContextFactor) + ((uint)lane * LaneFactor);

    private static int Limit(int value) => Math.Clamp(value, -DenseMath.StretchLimit, DenseMath.StretchLimit);

    /// <summary>
    /// Finds the contexts' probabilities, each in one of two slots. First all are looked up, without a branch, because hits are hard to
    /// predict; then those that are new get a slot, in order.
    /// </summary>
    private void LookUp(int node)
    {
        ref var entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        ref var hashes = ref MemoryMarshal.GetArrayDataReference(_hashes);
        ref var table = ref MemoryMarshal.GetArrayDataReference(_table);
        entries = _order0[node];
        var misses = 0u;
        for (var k = 1; k < DenseShape.Contexts; k++)
        {
            var hash = Unsafe.Add(ref hashes, k);
            var slot = (int)hash & _mask;
            var (first, second) = (Unsafe.Add(ref table, slot), Unsafe.Add(ref table, slot ^ 1));
            var inFirst = IsOf(first, hash);
            var inSecond = IsOf(second, hash) & (inFirst ^ 1);
            Unsafe.Add(ref slots, k) = slot ^ (int)inSecond;
            Unsafe.Add(ref entries, k) = inFirst == 1 ? first : second;
            misses |= ((inFirst | inSecond) ^ 1) << k;
        }

        for (; misses != 0; misses &= misses - 1) Start(BitOperations.TrailingZeroCount(misses));
    }

    /// <summary>1 where an entry has a hash's check and is not empty, otherwise 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint IsOf(uint entry, uint hash) => (((entry ^ hash) >> 24) == 0 ? 1u : 0u) & (entry != 0 ? 1u : 0u);

    /// <summary>Gives a new context the slot with the lower count, with the start table's probability or order 0's.</summary>
    private void Start(int lane)
    {
        var (hash, slot) = (_hashes[lane], _slots[lane]);
        if ((_table[slot ^ 1] & 0x00ff0000) < (_table[slot] & 0x00ff0000)) slot ^= 1;
        var found = _stage.FindStart(hash);
        if (found == 0) found = (hash & 0xff000000) | (_entries[0] & 0xffff);
        _table[slot] = found;
        _slots[lane] = slot;
        _entries[lane] = found;
    }
}
