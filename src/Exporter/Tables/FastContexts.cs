namespace VqVae.Exporter.Tables;

/// <summary>Counts a stage's codes by what lies around them, for <see cref="FastTrainer"/>.</summary>
internal sealed class FastContexts(CalibrationPlane plane, int stage)
{
    private readonly int _codes = plane.Plane.Codes;

    /// <summary>Each code's class as a neighbour.</summary>
    public byte[] NeighbourClass { get; private set; } = [];

    /// <summary>The class of each code of the stage before; empty where all are of one.</summary>
    public byte[] BeforeClass { get; private set; } = [];

    /// <summary>Columns of <see cref="OfCodes"/>.</summary>
    public int Features => (2 * Neighbours) + Befores;

    private int Neighbours { get; set; }

    private int Befores { get; set; } = 1;

    /// <summary>Sets the class of each code as a neighbour.</summary>
    public void SetNeighbours(byte[] classes) => (NeighbourClass, Neighbours) = (classes, classes.Max() + 1);

    /// <summary>Sets the class of each code of the stage before.</summary>
    public void SetBefore(byte[] classes) => (BeforeClass, Befores) = (classes, classes.Max() + 1);

    /// <summary>For each code, how often each code lies to its right or below it.</summary>
    public float[] ByNeighbour()
    {
        var counts = new float[_codes * _codes];
        Each((left, above, _, code) =>
        {
            if (left >= 0) counts[(left * _codes) + code]++;
            if (above >= 0) counts[(above * _codes) + code]++;
        });
        return counts;
    }

    /// <summary>For each code of the stage before, how often each code follows it.</summary>
    public float[] ByBefore()
    {
        var counts = new float[_codes * _codes];
        Each((_, _, before, code) => counts[(before * _codes) + code]++);
        return counts;
    }

    /// <summary>For each code, how often which class lies to its left, above it and before it.</summary>
    public float[] OfCodes()
    {
        var (features, neighbours) = (Features, Neighbours);
        var counts = new float[_codes * features];
        Each((left, above, before, code) =>
        {
            if (left >= 0) counts[(code * features) + NeighbourClass[left]]++;
            if (above >= 0) counts[(code * features) + neighbours + NeighbourClass[above]]++;
            if (BeforeClass.Length > 0) counts[(code * features) + (2 * neighbours) + BeforeClass[before]]++;
        });
        return counts;
    }

    /// <summary>For each context, how often each class of codes comes in it.</summary>
    public float[] Count(byte[] codeClass, int classes)
    {
        var counts = new float[(Neighbours + 1) * (Neighbours + 1) * Befores * classes];
        Each((left, above, before, code) => counts[(Context(left, above, before) * classes) + codeClass[code]]++);
        return counts;
    }

    /// <summary>
    /// Adds to each context's counts what left, above and before lead one to expect there, as if they were independent: most contexts are
    /// seen too rarely to say themselves where they belong.
    /// </summary>
    public static float[] Expect(float[] counts, FastContexts contexts, int classes, double weight)
    {
        var (sides, befores) = (contexts.Neighbours + 1, contexts.Befores);
        var (left, above, before, all) = (new double[sides * classes], new double[sides * classes], new double[befores * classes], new double[classes]);
        for (var i = 0; i < counts.Length; i++)
        {
            var (context, c) = (i / classes, i % classes);
            left[(context % sides * classes) + c] += counts[i];
            above[(context / sides / befores * classes) + c] += counts[i];
            before[(context / sides % befores * classes) + c] += counts[i];
            all[c] += counts[i];
        }

        var total = all.Sum();
        for (var c = 0; c < classes; c++) all[c] = (all[c] + 1) / (total + classes);
        foreach (var shares in (double[][])[left, above, before]) Share(shares, all);
        var expected = new float[counts.Length];
        var product = new double[classes];
        for (var context = 0; context < counts.Length / classes; context++)
        {
            var sum = 0.0;
            for (var c = 0; c < classes; c++)
            {
                product[c] = left[(context % sides * classes) + c] * above[(context / sides / befores * classes) + c]
                    * before[(context / sides % befores * classes) + c] / (all[c] * all[c]);
                sum += product[c];
            }

            for (var c = 0; c < classes; c++)
                expected[(context * classes) + c] = (float)(counts[(context * classes) + c] + (weight * product[c] / sum));
        }

        return expected;
    }

    /// <summary>For each class table, how often each class and each code comes where it is used.</summary>
    public (float[] Classes, float[] Codes) Tables(byte[] classTable, int tables, byte[] codeClass, int classes)
    {
        var (byClass, byCode) = (new float[tables * classes], new float[tables * _codes]);
        Each((left, above, before, code) =>
        {
            var table = classTable[Context(left, above, before)];
            byClass[(table * classes) + codeClass[code]]++;
            byCode[(table * _codes) + code]++;
        });
        return (byClass, byCode);
    }

    private static void Share(double[] counts, double[] all)
    {
        const double Prior = 10;
        for (var row = 0; row < counts.Length; row += all.Length)
        {
            var sum = 0.0;
            for (var c = 0; c < all.Length; c++) sum += counts[row + c];
            for (var c = 0; c < all.Length; c++) counts[row + c] = (counts[row + c] + (Prior * all[c])) / (sum + Prior);
        }
    }

    private int Context(int left, int above, int before)
    {
        var l = left < 0 ? Neighbours : NeighbourClass[left];
        var a = above < 0 ? Neighbours : NeighbourClass[above];
        return (((a * Befores) + (BeforeClass.Length == 0 ? 0 : BeforeClass[before])) * (Neighbours + 1)) + l;
    }

    /// <summary>Visits all positions with the codes to the left, above (−1 where there is none), on the stage before, and their own.</summary>
    private void Each(Action<int, int, int, int> visit)
    {
        for (var map = 0; map < plane.Maps; map++)
        {
            var codes = plane.Stage(map, stage);
            var before = stage > 0 ? plane.Stage(map, stage - 1) : default;
            for (var i = 0; i < codes.Length; i++)
                visit(i % plane.Width > 0 ? codes[i - 1] : -1, i >= plane.Width ? codes[i - plane.Width] : -1, stage > 0 ? before[i] : 0, codes[i]);
        }
    }
}
