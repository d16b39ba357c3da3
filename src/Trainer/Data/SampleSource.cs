using VqVae.Models;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Data;

/// <summary>
/// Makes training samples. Sample <c>i</c> of a run is a pure function of the files, the seed and i, whatever is cached and whichever thread makes
/// it: which image and crop (<see cref="SampleOrder"/>), how far it is scaled down, where the crop lies, mirrored or not. Safe for several threads.
/// </summary>
/// <remarks>
/// An image that is scaled down is scaled by one factor a visit, so that it can be decoded at a fitting size, once for all crops of the visit
/// (<see cref="TrainingSpec.CropsPerImage"/>). With S for the sample's side and s for <see cref="TrainingSpec.SmallestScale"/>, the factor f is
/// log-uniform between max(s, S / shorter side) and 1. A crop is then the square of S / f pixels, rounded, at a random place, scaled to S
/// (as in the "random resized crop" of Szegedy et al. 2015, but that the aspect ratio stays).
/// </remarks>
internal sealed class SampleSource
{
    /// <summary>In place of random bits: halfway in both directions.</summary>
    private const ulong Centre = 0x7fff_ffff_7fff_ffff;

    /// <summary>Sets the factors' random numbers apart from the places'.</summary>
    private const ulong ScaleStream = 0x5ca1_ab1e_0000_0000;

    /// <summary>Bytes of crops that wait for their batch.</summary>
    private const long PendingBytes = 256L << 20;

    private readonly string _root;
    private readonly TrainingSpec _training;
    private readonly ulong _seed;
    private readonly bool _augment;
    private readonly ImageReader _reader;
    private readonly SampleOrder _order;
    private readonly PendingCrops? _pending;

    /// <param name="root">The folder that the paths are relative to.</param>
    /// <param name="files">Images whose headers can be read (<see cref="ImageCheck"/>).</param>
    /// <param name="training">Size, crop or resize, scale, crops an image, mirroring.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="augment">Random crops, scales and mirroring; otherwise the image's centre, as it is.</param>
    /// <param name="cacheBytes">How many bytes of decoded images are kept in memory: those that come first.</param>
    /// <param name="disk">Keeps decoded images on disk as well.</param>
    /// <exception cref="ArgumentException">There are no files.</exception>
    public SampleSource(string root, IReadOnlyList<string> files, TrainingSpec training, ulong seed, bool augment, long cacheBytes, DiskCache? disk = null)
        : this(root, training, seed, augment, new ImageReader(root, files, training.SampleMode == SampleMode.Resize ? training.ImageSize : null, cacheBytes, disk))
    {
    }

    private SampleSource(string root, TrainingSpec training, ulong seed, bool augment, ImageReader reader)
    {
        if (reader.Files.Count == 0) throw new ArgumentException("expected at least one file", nameof(reader));
        (_root, _training, _seed, _augment, _reader) = (root, training, seed, augment, reader);
        _order = new SampleOrder(Files.Count, training.CropsPerImage, training.Batch, seed);
        if (augment && training.CropsPerImage > 1) _pending = new PendingCrops(SampleBytes, PendingBytes, _order.Reach);
    }

    /// <summary>The images.</summary>
    public IReadOnlyList<string> Files => _reader.Files;

    /// <summary>Called once for each image whose pixels turn out to be damaged, with a line that says why; from several threads.</summary>
    public Action<string>? OnDamaged
    {
        get => _reader.OnDamaged;
        init => _reader.OnDamaged = value;
    }

    /// <summary>Samples in an epoch: every image <see cref="TrainingSpec.CropsPerImage"/> times.</summary>
    public long EpochSamples => _order.EpochSamples;

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
        var sides = Enumerable.Range(0, Math.Min(looked, Files.Count)).Select(ShorterSide).OfType<int>().Order().ToArray();
        if (sides.Length == 0) throw new IOException($"none of the first {looked} images in '{_root}' can be read any more");
        var side = Math.Min(most, sides[(sides.Length - 1) / 2]) / multiple * multiple;
        return side <= SampleSide ? this : new SampleSource(_root, _training with { ImageSize = side }, _seed, _augment, _reader);
    }

    /// <summary>Makes a batch: samples <c>step · batch</c> to <c>(step + 1) · batch − 1</c>.</summary>
    /// <returns>uint8 <c>[batch,S,S,3]</c>.</returns>
    public byte[] MakeBatch(long step, int batch)
    {
        var pixels = new byte[batch * SampleBytes];
        MakeBatch(step, batch, pixels);
        return pixels;
    }

    /// <summary>Makes a batch in a buffer.</summary>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="batch">Samples in a batch.</param>
    /// <param name="destination">uint8 <c>[batch,S,S,3]</c>.</param>
    public void MakeBatch(long step, int batch, Span<byte> destination)
    {
        for (var i = 0; i < batch; i++) MakeSample((step * batch) + i, destination.Slice(i * SampleBytes, SampleBytes));
    }

    /// <summary>Makes one sample as a tensor.</summary>
    /// <returns>uint8 <c>[1,S,S,3]</c>, on the CPU.</returns>
    public Tensor MakeTensor(long number) => TensorFiles.FromBytes(MakeBatch(number, 1), [1, SampleSide, SampleSide, 3], CPU);

    /// <summary>Makes one sample.</summary>
    /// <param name="number">Its number in the run, from 0.</param>
    /// <param name="destination">RGB rows of ImageSize² pixels.</param>
    public void MakeSample(long number, Span<byte> destination)
    {
        if (!_augment)
        {
            var file = (int)(number % Files.Count);
            Cut(new SamplePlace(number, file, 0), number, destination);
            return;
        }

        if (_pending is null || !_pending.TryTake(number, destination)) Cut(_order.Of(number), number, destination);
        if (_training.Flip && Bits(number).Flip) SampleWindow.Mirror(destination, SampleSide);
    }

    /// <summary>Cuts a sample from its image, and its visit's later ones while the image is at hand.</summary>
    private void Cut(SamplePlace place, long number, Span<byte> destination)
    {
        for (var i = 0; i < Files.Count; i++)
        {
            // A damaged image's place is taken by the next one that is not, the same in every run.
            var file = (place.Image + i) % Files.Count;
            if (_reader.IsDamaged(file)) continue;
            try
            {
                Cut(file, place, number, destination);
                return;
            }
            catch (IOException e)
            {
                _reader.Damaged(file, e.Message);
            }
        }

        throw new IOException($"none of the {Files.Count} images in '{_root}' can be decoded");
    }

    private void Cut(int file, SamplePlace place, long number, Span<byte> destination)
    {
        var (factor, shrink) = Scale(file, place.Visit);
        var kept = _reader.Kept(file, shrink);
        long[] later = _pending is null || kept is not null ? [] : [.. Enumerable.Range(0, _training.CropsPerImage).Select(crop => _order.NumberOf(place.Visit, crop)).Where(n => n > number)];
        PixelArea Window(long sample, int width, int height) => SampleWindow.Choose(width, height, SampleSide, factor * shrink, _augment ? Bits(sample).Place : Centre);

        var part = kept is not null
            ? ImagePart.Whole(kept)
            : _reader.Read(file, shrink, (width, height) => later.Aggregate(Window(number, width, height), (area, sample) => area.Union(Window(sample, width, height))));
        SampleWindow.Copy(part, Window(number, part.Width, part.Height), SampleSide, destination);
        if (later.Length > 0) _pending!.Add(number, later, (sample, crop) => SampleWindow.Copy(part, Window(sample, part.Width, part.Height), SampleSide, crop));
    }

    /// <summary>The factor that an image is scaled by on a visit, and what its size is divided by in decoding.</summary>
    private (double Factor, int Shrink) Scale(int file, long visit)
    {
        if (!_augment || _training.SmallestScale >= 1 || _training.SampleMode == SampleMode.Resize) return (1, 1);
        var header = _reader.Header(file);
        var least = Math.Max(_training.SmallestScale, (double)SampleSide / Math.Min(header.Width, header.Height));
        if (least >= 1) return (1, 1);
        var factor = Math.Pow(least, (new SeededRandom(_seed ^ ScaleStream, (ulong)visit).NextUInt64() >> 11) / (double)(1L << 53));
        return (factor, header.Shrinks ? VipsImages.Shrink(1 / factor) : 1);
    }

    private (ulong Place, bool Flip) Bits(long number)
    {
        var random = new SeededRandom(_seed, (ulong)number);
        return (random.NextUInt64(), (random.NextUInt64() & 1) != 0);
    }

    private int? ShorterSide(int file)
    {
        try
        {
            var header = _reader.Header(file);
            return Math.Min(header.Width, header.Height);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
