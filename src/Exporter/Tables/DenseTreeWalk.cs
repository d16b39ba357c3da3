namespace VqVae.Exporter.Tables;

/// <summary>Visits the nodes of a tree that is given by the sizes of its left parts, depth first.</summary>
internal static class DenseTreeWalk
{
    /// <summary>Calls <paramref name="visit"/> with node, first leaf, number of leaves and depth.</summary>
    public static void Visit(int[] left, int leaves, Action<int, int, int, int> visit) => Visit(left, 0, 0, leaves, 0, visit);

    private static void Visit(int[] left, int node, int first, int count, int depth, Action<int, int, int, int> visit)
    {
        if (count < 2) return;
        visit(node, first, count, depth);
        Visit(left, node + 1, first, left[node], depth + 1, visit);
        Visit(left, node + left[node], first + left[node], count - left[node], depth + 1, visit);
    }
}
