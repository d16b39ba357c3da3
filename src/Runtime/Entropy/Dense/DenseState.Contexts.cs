using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VqVae.Runtime;

/// <content>The values of the contexts, as the format describes them.</content>
internal sealed partial class DenseState
{
    private const uint ContextFactor = 0x2545F491, LaneFactor = 0x85EBCA6B;

    /// <summary>The first of the contexts that depend on the node.</summary>
    private const int FirstAlong = 14;

    private int _class1, _activity;

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
        _activityAt = (stage > 0 ? (_surroundings.Level(x, y) * 16) + _activity : (_activity * 16) + _rows.Level(2)) * DenseShape.Lanes;
    }

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
        Set(FirstAlong, fine);
        Set(FirstAlong + 1, (coarse * 16) + (uint)_activity);
        Set(FirstAlong + 2, (((l * 16) + a) * 16) + b);
        Set(FirstAlong + 3, (coarse * 32) + (uint)_class1);
        Set(FirstAlong + 4, (((coarse * 16) + l) * 16) + a);

        // The same at every node of a depth: what the hash adds for the node is taken away.
        Set(FirstAlong + 5, (fine * 32) + (uint)Math.Min(depth, 31));
        _contexts[FirstAlong + 5] -= (uint)node * DenseKernels.NodeFactor;

        _inputs[DenseShape.Contexts] = (near * 3) >> 2;
        _inputs[DenseShape.Contexts + 1] = left >> 2;
        _inputs[DenseShape.Contexts + 2] = above >> 2;
        _inputs[DenseShape.Contexts + 3] = 80;
    }

    private static uint Coarse(int value) => (uint)(Math.Clamp(((value * 3) + 256) >> 9, -4, 4) + 8);

    private static int Scale(int dot, int threshold, int slope) => (int)Math.Clamp((((long)dot - threshold) * slope) >> 16, -DenseMath.StretchLimit, DenseMath.StretchLimit);

    private void Set(int lane, uint value) => _contexts[lane] = (value * ContextFactor) + ((uint)lane * LaneFactor);
}
