using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace VqVae.Trainer.Data;

/// <summary>
/// Decoded images kept as raw files in a folder that has a size limit and may be shared by several processes. Safe for several threads.
/// </summary>
/// <remarks>
/// <para>
/// A file's name is a hash of everything that its pixels follow from: the image's path, size and time of change, how it is decoded, and the
/// decoder's version. An image that changes gets another name; what is stored of the old one ages and is evicted. An entry is written beside
/// and renamed, without waiting for the disk: its length and checksum are checked on reading, and what is damaged is removed and decoded anew.
/// </para>
/// <para>
/// <see cref="CacheLedger"/> keeps the folder below its limit. Entries that this process uses are not evicted for others of it, because in
/// shuffled epochs that would hardly ever give a hit: once the folder is full of them, nothing more is written.
/// </para>
/// </remarks>
internal sealed class DiskCache
{
    // "VQRGB" and a version, then width, height and the checksum of both and of the pixels.
    private const ulong Magic = 0x0000_0100_4247_5251;
    private const int HeaderBytes = 24;

    private static readonly string Decoder = $"libvips {NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}";

    private readonly string _folder;
    private readonly CacheLedger _ledger;
    private readonly Action<string> _warn;
    private volatile bool _off;
    private volatile bool _full;
    private int _warned;

    /// <param name="folder">The folder, which is made if need be.</param>
    /// <param name="limit">Bytes that its entries may take, of all processes together.</param>
    /// <param name="warn">Told once, from any thread, if the folder cannot be used or written to any more.</param>
    public DiskCache(string folder, long limit, Action<string> warn)
    {
        (_folder, _ledger, _warn) = (folder, new CacheLedger(folder, limit), warn);
        Try(_ledger.Open);
    }

    /// <summary>Whether nothing more will be written: the folder is full, or does not work.</summary>
    public bool IsFull => _full || _off;

    /// <summary>The name of an image's entry; to be taken before the image is decoded.</summary>
    /// <param name="path">The image file.</param>
    /// <param name="parameters">How it is decoded.</param>
    /// <returns>The name, or <c>null</c> where the cache does not work or the file is not there.</returns>
    public string? NameOf(string path, string parameters)
    {
        if (_off) return null;
        var file = new FileInfo(path);
        if (!file.Exists) return null;
        var key = string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n{parameters}\n{Decoder}");
        return CacheLedger.NameOf(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16));
    }

    /// <summary>Reads an entry.</summary>
    /// <returns>The image, or <c>null</c> where there is no whole entry.</returns>
    public DecodedImage? Read(string name)
    {
        var path = Path.Combine(_folder, name);
        if (_off || !File.Exists(path)) return null;
        try
        {
            DecodedImage? image;
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan))
            {
                image = Read(file);
            }

            if (image is null) _ledger.Remove(name);
            else _ledger.Use(name);
            return image;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Evicted in between, or unreadable: either way there is the image itself.
            return null;
        }
    }

    /// <summary>Writes an entry if there is room.</summary>
    public void Add(string name, DecodedImage image)
    {
        if (IsFull) return;
        Try(() =>
        {
            using var file = _ledger.Create(name, HeaderBytes + image.Pixels.Length);
            if (file is null)
            {
                _full = true;
                return;
            }

            var header = new byte[HeaderBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), image.Width);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), image.Height);
            BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), Checksum(header.AsSpan(0, 16), image.Pixels));
            RandomAccess.Write(file.Handle, header, 0);
            RandomAccess.Write(file.Handle, image.Pixels, HeaderBytes);
            file.Finish();
        });
    }

    private static DecodedImage? Read(Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        var header = new byte[HeaderBytes];
        if (RandomAccess.Read(file, header, 0) != HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic) return null;
        var (width, height) = (BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)));
        if (width < 1 || height < 1 || (long)width * height > VipsImages.MaxPixels || length != HeaderBytes + ((long)width * height * 3)) return null;

        var pixels = GC.AllocateUninitializedArray<byte>(width * height * 3);
        for (var read = 0; read < pixels.Length;)
        {
            var count = RandomAccess.Read(file, pixels.AsSpan(read), HeaderBytes + read);
            if (count == 0) return null;
            read += count;
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(16)) == Checksum(header.AsSpan(0, 16), pixels) ? new DecodedImage(pixels, width, height) : null;
    }

    /// <summary>CRC-32C, which processors have an instruction for, of the words at even and, above it, at odd places, to keep two of them busy.</summary>
    private static ulong Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> pixels)
    {
        var (even, odd) = (uint.MaxValue, uint.MaxValue);
        foreach (var b in header) even = BitOperations.Crc32C(even, b);
        var words = MemoryMarshal.Cast<byte, ulong>(pixels);
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            even = BitOperations.Crc32C(even, words[i]);
            odd = BitOperations.Crc32C(odd, words[i + 1]);
        }

        foreach (var b in pixels[(words.Length / 2 * 16)..]) even = BitOperations.Crc32C(even, b);
        return even | ((ulong)odd << 32);
    }

    private void Try(Action action)
    {
        if (_off) return;
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _off = true;
            if (Interlocked.Exchange(ref _warned, 1) == 0) _warn($"decoded images are no longer kept in '{_folder}': {e.Message}");
        }
    }
}
