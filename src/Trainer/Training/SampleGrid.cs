namespace VqVae.Trainer.Training;

/// <summary>
/// Squares in rows and columns: in the first row originals, in the last what comes back from all stages, and between them, where there are several
/// stages, what comes back from the first one alone. A column is an image.
/// </summary>
/// <param name="Pixels">RGB rows of <paramref name="Columns"/> · <paramref name="Side"/> × <paramref name="Rows"/> · <paramref name="Side"/> pixels.</param>
/// <param name="Side">Pixels a side of a square.</param>
/// <param name="Columns">Images.</param>
/// <param name="Rows">2 or 3.</param>
internal sealed record SampleGrid(byte[] Pixels, int Side, int Columns, int Rows)
{
    /// <summary>Pixels in a row.</summary>
    public int Width => Columns * Side;

    /// <summary>Rows of pixels.</summary>
    public int Height => Rows * Side;
}
