using System.Collections.Concurrent;
using VqVae.Models;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Data;

/// <summary>
/// Makes training samples. Sample <c>i</c> of a run is a pure function of (seed, i): which image (every image once an epoch, in a new
/// order each time), which crop, mirrored or not. Safe for several threads.
/// </summary>
internal sealed class SampleSource
{
    /// <summary>In place of random bits: halfway in both directions.</summary>
    private const ulong Centre = 0x7fff_ffff_7fff_ffff;

    private readonly string _root;
    private readonly TrainingSpec _training;
    private readonly ulong _seed;
    private readonly bool _augment;
    private readonly long _cacheBytes;
    private readonly ConcurrentDictionary<string, DecodedImage> _cache;
    private readonly Lock _orderLock = new();
    private readonly ConcurrentDictionary<string, string> _damaged;
    private long _cached;
    private volatile bool _cacheFull;
    private long _orderEpoch = -1;
    private int[] _order = [];

    /// <param name="root">The folder that the paths are relative to.</param>
    /// <param name="files">Images whose headers can be read (<see cref="ImageCheck"/>).</param>
    /// <param name="training">Size, crop or resize, mirroring.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="augment">Random crops and mirroring; otherwise the image's centre, as it is.</param>
    /// <param name="cacheBytes">How many bytes of decoded images are kept: those that come first; the rest are decoded each time.</param>
    public SampleSource(string root, IReadOnlyList<string> files, TrainingSpec training, ulong seed, bool augment, long cacheBytes)
    {
        if (files.Count == 0) throw new ArgumentException("no files", nameof(files));
        (_root, Files, _training, _seed, _augment, _cacheBytes) = (root, files, training, seed, augment, cacheBytes);
        _cacheFull = cacheBytes == 0;
        (_cache, _damaged) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));
    }

    private SampleSource(SampleSource other, int side)
    {
        (_root, Files, _training, _seed, _augment) = (other._root, other.Files, other._training with { ImageSize = side }, other._seed, other._augment);
        (_cache, _damaged, _cacheFull) = (other._cache, other._damaged, true);
        OnDamaged = other.OnDamaged;
    }

    /// <summary>The images.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Called once for each image whose pixels turn out to be damaged, with a line that says why; from several threads.</summary>
    public Action<string>? OnDamaged { get; init; }

    /// <summary>Side of a sample in pixels.</summary>
    public int SampleSide => _training.ImageSize;

    /// <summary>Bytes of one sample: RGB rows of ImageSize² pixels.</summary>
    public int SampleBytes => SampleSide * SampleSide * 3;

    /// <summary>
    /// The same source with larger crops, up to <paramref name="most"/> pixels a side: as large as at least half of the images have them whole,
    /// and a multiple of <paramref name="multiple"/>. Resized samples stay as they are.
    /// </summary>
    /// <param name="most">Largest side.</param>
    /// <param name="multiple">What divides the side.</param>
    /// <exception cref="IOException">None of the images looked at can be read any more.</exception>
    public SampleSource WithLargerCrops(int most, int multiple)
    {
        if (_training.SampleMode == SampleMode.Resize || most <= SampleSide) return this;
        const int looked = 65;
        var sides = Files.Take(looked).Select(ShorterSide).OfType<int>().Order().ToArray();
        if (sides.Length == 0) throw new IOException($"none of the first {looked} images in '{_root}' can be read any more");
        var side = Math.Min(most, sides[(sides.Length - 1) / 2]) / multiple * multiple;
        return side <= SampleSide ? this : new SampleSource(this, side);
    }

    /// <summary>Makes a batch: samples <c>step · batch</c> to <c>(step + 1) · batch − 1</c>.</summary>
    /// <returns>uint8 <c>[batch,S,S,3]</c>.</returns>
    public byte[] MakeBatch(long step, int batch)
    {
        var pixels = new byte[batch * SampleBytes];
        for (var i = 0; i < batch; i++) MakeSample((step * batch) + i, pixels.AsSpan(i * SampleBytes, SampleBytes));
        return pixels;
    }

    /// <summary>Makes one sample as a tensor.</summary>
    /// <returns>uint8 <c>[1,S,S,3]</c>, on the CPU.</returns>
    public Tensor MakeTensor(long number) => TensorFiles.FromBytes(MakeBatch(number, 1), [1, SampleSide, SampleSide, 3], CPU);

    /// <summary>Makes one sample.</summary>
    /// <param name="number">Its number in the run, from 0.</param>
    /// <param name="destination">RGB rows of ImageSize² pixels.</param>
    public void MakeSample(long number, Span<byte> destination)
    {
        var random = new SeededRandom(_seed, (ulong)number);
        var place = _augment ? random.NextUInt64() : Centre;
        var image = ReadFrom(_augment ? ImageOf(number) : (int)(number % Files.Count), place);
        if (_training.SampleMode == SampleMode.Resize) image.Pixels.CopyTo(destination);
        else CopyWindow(image, place, destination);
        if (_augment && _training.Flip && (random.NextUInt64() & 1) != 0) Mirror(destination, SampleSide);
    }

    private int? ShorterSide(string file)
    {
        if (_cache.TryGetValue(file, out var cached)) return Math.Min(cached.Width, cached.Height);
        try
        {
            using var image = VipsImages.Open(Path.Combine(_root, file));
            return Math.Min(image.Width, image.Height);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The image of a sample: epochs are shuffled anew, so that each image comes once in every <c>Files.Count</c> samples.</summary>
    private int ImageOf(long number)
    {
        var epoch = number / Files.Count;
        lock (_orderLock)
        {
            if (_orderEpoch != epoch)
            {
                var random = new SeededRandom(~_seed, (ulong)epoch);
                _order = [.. Enumerable.Range(0, Files.Count)];
                for (var i = _order.Length - 1; i > 0; i--)
                {
                    var j = random.Next(i + 1);
                    (_order[i], _order[j]) = (_order[j], _order[i]);
                }

                _orderEpoch = epoch;
            }

            return _order[number % Files.Count];
        }
    }

    /// <summary>The image of that number or, where it is damaged, the next one that is not: the same choice in every run.</summary>
    private DecodedImage ReadFrom(int number, ulong place)
    {
        for (var i = 0; i < Files.Count; i++)
        {
            var file = Files[(number + i) % Files.Count];
            if (_damaged.ContainsKey(file)) continue;
            try
            {
                return Read(file, place);
            }
            catch (IOException e)
            {
                if (_damaged.TryAdd(file, e.Message)) OnDamaged?.Invoke($"{file}: {e.Message}");
            }
        }

        throw new IOException($"none of the {Files.Count} images in '{_root}' can be decoded");
    }

    private DecodedImage Read(string file, ulong place)
    {
        if (_cache.TryGetValue(file, out var cached)) return cached;
        var path = Path.Combine(_root, file);
        if (_training.SampleMode == SampleMode.Resize) return Keep(file, new DecodedImage(VipsImages.DecodeResized(path, SampleSide, SampleSide), SampleSide, SampleSide));
        if (!_cacheFull)
        {
            var (pixels, width, height) = VipsImages.Decode(path);
            return Keep(file, new DecodedImage(pixels, width, height));
        }

        // Nothing more will be kept, so only the sample's own window is decoded.
        var (part, partWidth, partHeight) = VipsImages.DecodeCrop(path, (width, height) =>
        {
            var ((left, columns), (top, rows)) = (Span(width, place), Span(height, place >> 32));
            return (left, top, columns, rows);
        });
        return new DecodedImage(part, partWidth, partHeight);
    }

    /// <summary>Keeps an image if there is room: the first ones stay, since in shuffled epochs replacing entries would never give a hit.</summary>
    private DecodedImage Keep(string file, DecodedImage image)
    {
        if (Interlocked.Add(ref _cached, image.Pixels.Length) > _cacheBytes)
        {
            _cacheFull = true;
            Interlocked.Add(ref _cached, -image.Pixels.Length);
        }
        else if (!_cache.TryAdd(file, image))
        {
            Interlocked.Add(ref _cached, -image.Pixels.Length);
        }

        return image;
    }

    /// <summary>Where a sample lies in one direction of an image: all of it where it is smaller than the sample.</summary>
    /// <param name="length">The image's width or height.</param>
    /// <param name="place">Random bits, of which the lowest 32 count, or <see cref="Centre"/>.</param>
    private (int Start, int Length) Span(int length, ulong place)
    {
        var room = length - SampleSide;
        return room <= 0 ? (0, length) : ((int)((place & 0xffffffff) * ((ulong)room + 1) >> 32), SampleSide);
    }

    /// <summary>Copies a sample's window; outside the image its edge pixels go on.</summary>
    /// <param name="image">The whole image, or just its window.</param>
    private void CopyWindow(DecodedImage image, ulong place, Span<byte> destination)
    {
        var (size, (left, columns), (top, rows)) = (SampleSide, Span(image.Width, place), Span(image.Height, place >> 32));
        var (marginX, marginY) = ((size - columns) / 2, (size - rows) / 2);
        for (var y = 0; y < size; y++)
        {
            var row = image.Pixels.AsSpan((((top + Math.Clamp(y - marginY, 0, rows - 1)) * image.Width) + left) * 3, columns * 3);
            var target = destination.Slice(y * size * 3, size * 3);
            row.CopyTo(target[(marginX * 3)..]);
            for (var x = 0; x < marginX; x++) row[..3].CopyTo(target[(x * 3)..]);
            for (var x = marginX + columns; x < size; x++) row[^3..].CopyTo(target[(x * 3)..]);
        }
    }

    private static void Mirror(Span<byte> pixels, int size)
    {
        for (var y = 0; y < size; y++)
        {
            var row = pixels.Slice(y * size * 3, size * 3);
            for (int left = 0, right = (size - 1) * 3; left < right; left += 3, right -= 3)
                for (var c = 0; c < 3; c++)
                    (row[left + c], row[right + c]) = (row[right + c], row[left + c]);
        }
    }

    private sealed record DecodedImage(byte[] Pixels, int Width, int Height);
}
