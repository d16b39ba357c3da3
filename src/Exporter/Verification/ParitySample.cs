namespace VqVae.Exporter.Verification;

/// <summary>What the trainer computed for a batch of images.</summary>
/// <param name="Number">The sample's number in the file.</param>
/// <param name="Images">uint8 <c>[N, H, W, 3]</c>.</param>
/// <param name="Batch">N.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Lambda">The search's weight of the code length.</param>
/// <param name="Rate">The rate point.</param>
/// <param name="Planes">The search's results, a plane each.</param>
/// <param name="Reconstructions">uint8 <c>[N, H, W, 3]</c> by the number of leading stages that it was decoded from.</param>
internal sealed record ParitySample(
    int Number,
    byte[] Images,
    int Batch,
    int Height,
    int Width,
    float Lambda,
    int Rate,
    IReadOnlyList<ParityPlane> Planes,
    IReadOnlyDictionary<int, byte[]> Reconstructions);

/// <summary>The search's results on one plane.</summary>
/// <param name="Indices"><c>[N, L, h, w]</c>.</param>
/// <param name="Gaps">Second-best cost minus best, <c>[N, L, h, w]</c>.</param>
internal sealed record ParityPlane(int[] Indices, float[] Gaps);
