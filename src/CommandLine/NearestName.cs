namespace VqVae.CommandLine;

/// <summary>Finds the name that was probably meant.</summary>
internal static class NearestName
{
    /// <summary>The name nearest to a word, or <c>null</c> where none is near: at most about a third of the word may differ.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="names">What there is; of names that are equally near the first one is meant.</param>
    public static string? Of(string word, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(names);

        // Longer words resemble nothing that a person has misspelt, and the distance takes the square of their length.
        if (word.Length > 64) return null;
        return names.Select(name => (Name: name, Distance: Distance(word, name)))
            .Where(found => found.Distance <= (word.Length + 2) / 3)
            .OrderBy(found => found.Distance)
            .Select(found => found.Name)
            .FirstOrDefault();
    }

    /// <summary>
    /// Characters to insert, to delete, to replace or to exchange with their neighbour, no part of the word more than once (the optimal string
    /// alignment distance).
    /// </summary>
    internal static int Distance(string a, string b)
    {
        var costs = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) costs[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) costs[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = costs[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                var cost = Math.Min(replaced, Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) cost = Math.Min(cost, costs[i - 2, j - 2] + 1);
                costs[i, j] = cost;
            }
        }

        return costs[a.Length, b.Length];
    }
}
