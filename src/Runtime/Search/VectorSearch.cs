using System.Numerics;

namespace VqVae.Runtime;

/// <summary>
/// Finds codes for a plane's latents: those that minimise ‖z − Σe‖² + λ·Σ length. Stage by stage as the encoder's graph does it, or, where stages build on each
/// other, along several paths at a time (a beam), of which the best one counts at the end.
/// </summary>
/// <remarks>Thread-safe: each call brings its own <see cref="Scratch"/>.</remarks>
internal sealed class VectorSearch
{
    /// <summary>Paths that are followed; 8 save less than another percent.</summary>
    public const int BeamWidth = StageCodes.Rows;

    private readonly int _groups;
    private readonly int _dimension;
    private readonly StageCodes[] _stages;
    private readonly float[][] _biases;
    private readonly (int Start, int Length)[] _ranges;
    private readonly bool _joint;

    /// <param name="tables">The codebooks.</param>
    /// <param name="plane">The plane.</param>
    /// <param name="ratePoint">The rate point.</param>
    /// <param name="stages">Leading stages that are searched; a plane has at most its own.</param>
    /// <param name="lambda">Weight of the length in squared 8-bit units a bit.</param>
    /// <param name="joint">Whether stages that build on each other are chosen together.</param>
    public VectorSearch(SearchTables tables, int plane, int ratePoint, int stages, double lambda, bool joint)
    {
        var layout = tables.Layouts[plane];
        (_groups, _dimension) = (layout.Groups, layout.Dimension);
        Stages = Math.Min(stages, layout.Plane.Stages);
        _stages = [.. Enumerable.Range(0, Stages).Select(stage => tables.Stage(plane, ratePoint, stage))];
        _biases = [.. _stages.Select(stage => stage.Biases((float)lambda))];
        _ranges = [.. Enumerable.Range(0, Stages).Select(layout.Range)];
        _joint = joint && Stages > _groups;
    }

    /// <summary>Stages that are searched.</summary>
    public int Stages { get; }

    /// <summary>Finds the codes of some vectors.</summary>
    /// <param name="vectors">The latents, <c>[P,D]</c>.</param>
    /// <param name="indices">Gets the indices, <c>[Stages,P]</c>.</param>
    /// <param name="scratch">The calling thread's memory.</param>
    public void Run(ReadOnlySpan<float> vectors, Span<int> indices, Scratch scratch)
    {
        var count = vectors.Length / _dimension;
        for (var group = 0; group < Math.Min(_groups, Stages); group++)
        {
            if (_joint && group + _groups < Stages)
            {
                for (var i = 0; i < count; i++) FollowPaths(vectors.Slice((i * _dimension) + _ranges[group].Start, _ranges[group].Length), group, indices, i, count, scratch);
            }
            else
            {
                for (var i = 0; i < count; i += StageCodes.Rows) FindNearest(vectors, group, indices, i, count, scratch);
            }
        }
    }

    /// <summary>Stage by stage, for some vectors at a time.</summary>
    private void FindNearest(ReadOnlySpan<float> vectors, int group, Span<int> indices, int first, int count, Scratch scratch)
    {
        var (start, length) = _ranges[group];
        var rows = Math.Min(StageCodes.Rows, count - first);
        var residuals = scratch.Residuals(length);
        for (var row = 0; row < rows; row++) vectors.Slice(((first + row) * _dimension) + start, length).CopyTo(residuals[(row * length)..]);
        residuals[(rows * length)..].Clear();
        Span<int> cheapest = stackalloc int[StageCodes.Rows];
        for (var stage = group; stage < Stages; stage += _groups)
        {
            var codes = _stages[stage];
            codes.FindCheapest(residuals, _biases[stage], cheapest);
            cheapest[..rows].CopyTo(indices[((stage * count) + first)..]);
            if (stage + _groups >= Stages) continue;
            for (var row = 0; row < rows; row++) Subtract(residuals.Slice(row * length, length), codes.Code(cheapest[row]));
        }
    }

    /// <summary>One vector along several paths.</summary>
    private void FollowPaths(ReadOnlySpan<float> vector, int group, Span<int> indices, int position, int count, Scratch scratch)
    {
        var length = vector.Length;
        var residuals = scratch.Residuals(length);
        residuals.Clear();
        vector.CopyTo(residuals);
        var paths = scratch.Paths;
        var next = scratch.Next;
        paths[0] = default;
        var (alive, depth) = (1, 0);
        for (var stage = group; stage < Stages; stage += _groups, depth++)
        {
            var codes = _stages[stage];
            var scores = scratch.Scores(codes.Width);
            codes.Score(residuals, _biases[stage], scores);
            var found = 0;
            for (var path = 0; path < alive; path++) found = KeepCheapest(scores.Slice(path * codes.Width, codes.Width), path, paths[path].Cost, next, found);

            // The residuals of the paths that go on, from those that they go on from.
            var fresh = scratch.NextResiduals(length);
            for (var path = 0; path < found; path++)
            {
                residuals.Slice(next[path].From * length, length).CopyTo(fresh[(path * length)..]);
                Subtract(fresh.Slice(path * length, length), codes.Code(next[path].Code));
            }

            fresh.CopyTo(residuals);
            for (var path = 0; path < found; path++) scratch.Steps[(depth * BeamWidth) + path] = next[path];
            next[..found].CopyTo(paths);
            alive = found;
        }

        // The cheapest path is the first; back along it.
        var at = 0;
        for (var stage = group + ((depth - 1) * _groups); stage >= group; stage -= _groups)
        {
            var step = scratch.Steps[(--depth * BeamWidth) + at];
            indices[(stage * count) + position] = step.Code;
            at = step.From;
        }
    }

    /// <summary>Puts a path's cheapest continuations among the best so far, cheapest first.</summary>
    private static int KeepCheapest(ReadOnlySpan<float> scores, int path, float cost, Span<Step> best, int found)
    {
        var limit = new Vector<float>(found == BeamWidth ? best[found - 1].Cost - cost : float.MaxValue);
        for (var k = 0; k < scores.Length; k += Vector<float>.Count)
        {
            if (!Vector.LessThanAny(new Vector<float>(scores[k..]), limit)) continue;
            for (var i = k; i < k + Vector<float>.Count; i++)
            {
                var total = cost + scores[i];
                if (found == BeamWidth ? !(total < best[found - 1].Cost) : !float.IsFinite(total)) continue;
                var place = found < BeamWidth ? found++ : found - 1;
                for (; place > 0 && total < best[place - 1].Cost; place--) best[place] = best[place - 1];
                best[place] = new Step(path, i, total);
            }

            if (found == BeamWidth) limit = new Vector<float>(best[found - 1].Cost - cost);
        }

        return found;
    }

    private static void Subtract(Span<float> residual, ReadOnlySpan<float> code)
    {
        for (var j = 0; j < residual.Length; j++) residual[j] -= code[j];
    }

    /// <summary>A step of a path: the path it goes on from, the code, and what the path costs up to here, less ‖z‖².</summary>
    internal readonly record struct Step(int From, int Code, float Cost);

    /// <summary>One thread's memory.</summary>
    internal sealed class Scratch(int stages)
    {
        private readonly Step[] _paths = new Step[BeamWidth];
        private readonly Step[] _next = new Step[BeamWidth];
        private float[] _residuals = [];
        private float[] _nextResiduals = [];
        private float[] _scores = [];

        public Span<Step> Paths => _paths;

        public Span<Step> Next => _next;

        public Step[] Steps { get; } = new Step[stages * BeamWidth];

        public Span<float> Residuals(int length) => Some(ref _residuals, StageCodes.Rows * length);

        public Span<float> NextResiduals(int length) => Some(ref _nextResiduals, StageCodes.Rows * length);

        public Span<float> Scores(int width) => Some(ref _scores, StageCodes.Rows * width);

        private static Span<float> Some(ref float[] array, int length)
        {
            if (array.Length < length) array = new float[length];
            return array.AsSpan(0, length);
        }
    }
}
