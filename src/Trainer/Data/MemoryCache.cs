using System.Collections.Concurrent;

namespace VqVae.Trainer.Data;

/// <summary>Decoded images kept in memory. Safe for several threads.</summary>
/// <remarks>The first ones stay: epochs are shuffled, so replacing entries would hardly ever give a hit.</remarks>
/// <param name="limit">Bytes of pixels that may be kept.</param>
internal sealed class MemoryCache(long limit)
{
    private readonly ConcurrentDictionary<(int File, int Shrink), DecodedImage> _images = new();
    private long _bytes;
    private volatile bool _full = limit <= 0;

    /// <summary>Whether an image found no room: nothing more will be kept.</summary>
    public bool IsFull => _full;

    /// <summary>An image that was kept.</summary>
    /// <param name="file">The file's number.</param>
    /// <param name="shrink">What its size was divided by in decoding.</param>
    public DecodedImage? Find(int file, int shrink) => _images.GetValueOrDefault((file, shrink));

    /// <summary>Keeps an image if there is room.</summary>
    public void Add(int file, int shrink, DecodedImage image)
    {
        if (_full) return;
        if (Interlocked.Add(ref _bytes, image.Pixels.Length) > limit)
        {
            _full = true;
            Interlocked.Add(ref _bytes, -image.Pixels.Length);
        }
        else if (!_images.TryAdd((file, shrink), image))
        {
            Interlocked.Add(ref _bytes, -image.Pixels.Length);
        }
    }
}
