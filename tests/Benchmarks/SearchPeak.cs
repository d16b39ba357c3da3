using VqVae.Runtime;

namespace VqVae.Benchmarks;

/// <summary>The search for codes at its best: as many comparisons as an image takes, all of them for the same vectors, which stay in the nearest cache.</summary>
internal sealed class SearchPeak
{
    private readonly List<(StageCodes Codes, float[] Biases, float[] Vectors, int Calls)> _stages = [];
    private readonly int[] _found = new int[StageCodes.Rows];

    public SearchPeak(SearchTables tables, in EncoderSettings settings, int width, int height)
    {
        var random = new Random(1);
        for (var plane = 0; plane < tables.Layouts.Count; plane++)
        {
            var layout = tables.Layouts[plane].Plane;
            var positions = height / layout.Stride * (width / layout.Stride);
            for (var stage = 0; stage < Math.Min(settings.Stages, layout.Stages); stage++)
            {
                var codes = tables.Stage(plane, settings.RatePoint, stage);
                var vectors = new float[StageCodes.Rows * codes.Dimension];
                for (var i = 0; i < vectors.Length; i++) vectors[i] = (float)random.NextDouble();
                _stages.Add((codes, codes.Biases((float)settings.Lambda), vectors, positions / StageCodes.Rows));
                Comparisons += (double)positions * codes.Count;
                Products += (double)positions * codes.Count * codes.Dimension;
            }
        }
    }

    /// <summary>Comparisons of a vector with a code.</summary>
    public double Comparisons { get; }

    /// <summary>Multiplications with additions in them.</summary>
    public double Products { get; }

    /// <summary>Makes all comparisons.</summary>
    public void Run()
    {
        foreach (var (codes, biases, vectors, calls) in _stages)
            for (var i = 0; i < calls; i++) codes.FindCheapest(vectors, biases, _found);
    }
}
