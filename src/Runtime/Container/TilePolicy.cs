namespace VqVae.Runtime;

/// <summary>Into which tiles the encoder divides an image. A decoder reads every size that the format has.</summary>
internal static class TilePolicy
{
    /// <summary>Base-2 logarithm of the tile side that a header without a tile size means: 1024 pixels.</summary>
    public const int DefaultBits = 10;

    /// <summary>Base-2 logarithm of the smallest tile side: 64 pixels, a multiple of every stride that a model may have.</summary>
    public const int MinBits = 6;

    /// <summary>
    /// Base-2 logarithm of the largest tile side: 1024 pixels. A tile is what is decoded on one thread, and what the dense mode has a table for:
    /// larger ones would make both unbearable in a file of a few bytes.
    /// </summary>
    public const int MaxBits = 10;

    /// <summary>
    /// The tile side of larger images, 512 pixels. A region of 1% of a 100-megapixel image has sides of about 1000 pixels; with the decoder's
    /// halo it meets at most 4×4 such tiles, 4% of the image, where tiles of 1024 would make 9%. Smaller tiles would start adaptation from
    /// nothing more often than coding bears.
    /// </summary>
    private const int LargeImageBits = 9;

    /// <summary>Base-2 logarithm of the tile side for an image: one tile where it fits the default one.</summary>
    public static int BitsFor(int width, int height) => Math.Max(width, height) <= 1 << DefaultBits ? DefaultBits : LargeImageBits;
}
