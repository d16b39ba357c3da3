namespace VqVae.Runtime;

/// <summary>How an image, or a part of one, is cut into windows of one size, row of windows by row of windows.</summary>
/// <param name="X">The windows' columns.</param>
/// <param name="Y">The windows' rows.</param>
/// <param name="Memory">Bytes that the plan takes while it is carried out, as estimated.</param>
internal sealed record WindowPlan(WindowAxis X, WindowAxis Y, long Memory)
{
    /// <summary>Pixels that go through the graph for each pixel that is wanted: the halos' cost, 1 where there are none.</summary>
    public double Overhead =>
        (double)X.Size * X.Count * Y.Size * Y.Count / ((double)(X.To - X.From) * (Y.To - Y.From));

    /// <summary>Whether there is one window only.</summary>
    public bool IsWhole => X.Count == 1 && Y.Count == 1;
}
