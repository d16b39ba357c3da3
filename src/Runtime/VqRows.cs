namespace VqVae.Runtime;

/// <summary>Gives rows of an image that is being compressed.</summary>
/// <param name="y">The first row that is wanted. Rows are asked for once each, from top to bottom, by one thread at a time, which is not always the one that made the call.</param>
/// <param name="rows">To be filled: a whole number of rows, tightly packed.</param>
public delegate void VqRowReader(int y, Span<byte> rows);

/// <summary>Takes rows of an image that is being decompressed.</summary>
/// <param name="y">The first row. Rows come once each, from top to bottom, by one thread at a time, which is not always the one that made the call.</param>
/// <param name="rows">A whole number of rows, tightly packed; valid during the call only.</param>
public delegate void VqRowWriter(int y, ReadOnlySpan<byte> rows);
