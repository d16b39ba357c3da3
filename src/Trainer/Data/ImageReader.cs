namespace VqVae.Trainer.Data;

/// <summary>Reads images from memory, from the disk cache or from their files, which all give the same pixels. Safe for several threads.</summary>
/// <remarks>
/// An image is damaged if it cannot be decoded to its last row: all of it is decoded the first time that it is read in a process, even if only a
/// window is wanted, so that the answer depends on the file alone and not on which window happened to come first.
/// </remarks>
/// <param name="root">The folder that the paths are relative to.</param>
/// <param name="files">The images.</param>
/// <param name="resizedSide">Side of the square that whole images are resized to, or <c>null</c> where windows of them are read.</param>
/// <param name="cacheBytes">How many bytes of decoded images are kept in memory.</param>
/// <param name="disk">Keeps decoded images on disk as well.</param>
internal sealed class ImageReader(string root, IReadOnlyList<string> files, int? resizedSide, long cacheBytes, DiskCache? disk)
{
    private readonly MemoryCache _memory = new(cacheBytes);
    private readonly ImageHeader[] _headers = new ImageHeader[files.Count];
    private readonly int[] _states = new int[files.Count];

    /// <summary>The images.</summary>
    public IReadOnlyList<string> Files => files;

    /// <summary>Called once for each damaged image, with a line that says why.</summary>
    public Action<string>? OnDamaged { get; set; }

    /// <summary>Whether an image is known to be damaged.</summary>
    public bool IsDamaged(int file) => Volatile.Read(ref _states[file]) == State.Damaged;

    /// <summary>Notes that an image is damaged.</summary>
    public void Damaged(int file, string why)
    {
        if (Interlocked.Exchange(ref _states[file], State.Damaged) != State.Damaged) OnDamaged?.Invoke($"{files[file]}: {why}");
    }

    /// <summary>An image's header, read once.</summary>
    /// <exception cref="IOException">The file is not an image that is read here.</exception>
    public ImageHeader Header(int file)
    {
        lock (_headers)
        {
            if (_headers[file].Width > 0) return _headers[file];
        }

        var header = VipsImages.ReadHeader(PathOf(file));
        lock (_headers) return _headers[file] = header;
    }

    /// <summary>An image that is in memory.</summary>
    /// <param name="file">Its number.</param>
    /// <param name="shrink">What its size was divided by in decoding; without meaning where images are resized.</param>
    public DecodedImage? Kept(int file, int shrink) => _memory.Find(file, shrink);

    /// <summary>Reads a window of an image that is not in memory, and maybe more of it.</summary>
    /// <param name="file">The image's number.</param>
    /// <param name="shrink">What its size is divided by in decoding; 1 where images are resized.</param>
    /// <param name="choose">The window, given the decoded image's width and height.</param>
    /// <exception cref="IOException">The file is damaged.</exception>
    public ImagePart Read(int file, int shrink, Func<int, int, PixelArea> choose)
    {
        var path = PathOf(file);
        var parameters = resizedSide is { } side ? $"resized to {side}" : $"shrink {shrink}";
        var name = disk?.NameOf(path, parameters);
        var image = name is null ? null : disk!.Read(name);
        if (image is null)
        {
            // Where nothing will be kept, only the window is decoded.
            var willBeKept = !_memory.IsFull || disk is { IsFull: false };
            if (resizedSide is null && !willBeKept && Volatile.Read(ref _states[file]) == State.Whole) return ReadWindow(path, shrink, choose);
            image = resizedSide is { } square ? new DecodedImage(VipsImages.DecodeResized(path, square, square), square, square) : Decode(path, shrink);
            if (name is not null) disk!.Add(name, image);
        }

        Interlocked.CompareExchange(ref _states[file], State.Whole, State.Unknown);
        _memory.Add(file, shrink, image);
        return ImagePart.Whole(image);
    }

    private static DecodedImage Decode(string path, int shrink)
    {
        var (pixels, width, height) = VipsImages.Decode(path, shrink);
        return new DecodedImage(pixels, width, height);
    }

    private static ImagePart ReadWindow(string path, int shrink, Func<int, int, PixelArea> choose)
    {
        var (area, fullWidth, fullHeight) = (default(PixelArea), 0, 0);
        var (pixels, _, _) = VipsImages.DecodeCrop(
            path,
            (width, height) =>
            {
                (area, fullWidth, fullHeight) = (choose(width, height), width, height);
                return (area.Left, area.Top, area.Width, area.Height);
            },
            shrink);
        return new ImagePart(pixels, area, fullWidth, fullHeight);
    }

    private string PathOf(int file) => Path.Combine(root, files[file]);

    private static class State
    {
        public const int Unknown = 0;
        public const int Whole = 1;
        public const int Damaged = 2;
    }
}
