using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>Kernels of one kind in one direction.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Nodes">How many.</param>
/// <param name="Work">Their operations.</param>
/// <param name="Seconds">Their time.</param>
/// <param name="Peak">Operations a second at their best.</param>
internal sealed record KernelRow(string Name, int Nodes, double Work, double Seconds, double Peak)
{
    /// <summary>The time at the peak's rate.</summary>
    public double IdealSeconds => Work / Peak;
}

/// <summary>What a direction's time goes to.</summary>
internal sealed class KernelTable
{
    private readonly string _name;
    private readonly List<KernelRow> _arithmetic;
    private readonly List<ProfiledNode> _movements;
    private readonly double _seconds;

    private KernelTable(string name, List<KernelRow> arithmetic, List<ProfiledNode> movements, double seconds) =>
        (_name, _arithmetic, _movements, _seconds) = (name, arithmetic, movements, seconds);

    /// <summary>Time of the kernels with arithmetic.</summary>
    public double ArithmeticSeconds => _arithmetic.Sum(r => r.Seconds);

    /// <summary>The same at the peaks' rates.</summary>
    public double IdealSeconds => _arithmetic.Sum(r => r.IdealSeconds);

    /// <param name="name">The direction.</param>
    /// <param name="nodes">Its graph's nodes.</param>
    /// <param name="kernels">What they do.</param>
    /// <param name="peaks">The peaks' rates by their names.</param>
    /// <param name="besides">What runs outside of the graph.</param>
    public static KernelTable Of(string name, IReadOnlyList<ProfiledNode> nodes, Kernels kernels, IReadOnlyDictionary<string, double> peaks, params KernelRow[] besides)
    {
        var rows = from node in nodes
                   let arithmetic = kernels.Arithmetic(node)
                   where arithmetic is not null
                   group (node.Seconds, arithmetic.Value.Products) by (arithmetic.Value.Name, arithmetic.Value.Peak) into kind
                   orderby kind.Sum(n => n.Seconds) descending
                   select new KernelRow(kind.Key.Name, kind.Count(), kind.Sum(n => n.Products), kind.Sum(n => n.Seconds), peaks[kind.Key.Peak]);
        return new KernelTable(name, [.. besides, .. rows], [.. nodes.Where(Kernels.IsMovement)], nodes.Sum(n => n.Seconds) + besides.Sum(r => r.Seconds));
    }

    /// <summary>Prints the kernels with arithmetic, and what else there is.</summary>
    public void PrintRows()
    {
        foreach (var row in _arithmetic)
        {
            var rate = row.Work / row.Seconds;
            Line($"| {_name} | {row.Name} | {row.Nodes} | {row.Work / 1e9:F2} | {1e3 * row.Seconds:F2} | {Share(row.Seconds)} | {rate / 1e9:F1} | {row.Peak / 1e9:F1} | {rate / row.Peak:F2} |");
        }

        var moving = _movements.Sum(n => n.Seconds);
        var others = _seconds - ArithmeticSeconds - moving;
        Line($"| {_name} | data movement | {_movements.Count} | | {1e3 * moving:F2} | {Share(moving)} | | | |");
        Line($"| {_name} | number by number | | | {1e3 * others:F2} | {Share(others)} | | | |");
    }

    /// <summary>Prints which operators move data.</summary>
    public void PrintMovements()
    {
        var operators = _movements.GroupBy(n => n.Op).Select(g => (Name: g.Key, Seconds: g.Sum(n => n.Seconds))).OrderByDescending(o => o.Seconds);
        Line($"{_name}, data movement {Share(_movements.Sum(n => n.Seconds))}: {string.Join(", ", operators.Select(o => FormattableString.Invariant($"{o.Name} {1e3 * o.Seconds:F2} ms")))}");
    }

    private string Share(double seconds) => FormattableString.Invariant($"{100 * seconds / _seconds:F1}%");
}
