namespace VqVae.Codec.Cli.Images;

/// <summary>Takes a picture's rows from top to bottom and makes a file of them.</summary>
internal interface IPictureWriter : IDisposable
{
    /// <summary>Takes the next rows.</summary>
    /// <param name="rows">A whole number of rows, tightly packed.</param>
    void WriteRows(ReadOnlySpan<byte> rows);

    /// <summary>Completes the file after the last row.</summary>
    void Finish();
}
