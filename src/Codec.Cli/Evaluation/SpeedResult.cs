namespace VqVae.Codec.Cli.Evaluation;

/// <summary>How fast a codec is at one setting.</summary>
/// <param name="Label">The setting.</param>
/// <param name="Encoding">Megapixels a second, from pixels in memory to a file in memory.</param>
/// <param name="Decoding">Megapixels a second back.</param>
internal sealed record SpeedResult(string Label, double Encoding, double Decoding);
