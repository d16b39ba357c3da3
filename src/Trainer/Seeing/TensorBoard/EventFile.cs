using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using Google.Protobuf;
using Tensorboard;

namespace VqVae.Trainer.Seeing.TensorBoard;

/// <summary>
/// An event file of TensorBoard: a TFRecord file (tensorflow/core/lib/io/record_writer.h) whose records are <c>Event</c> messages
/// (tensorflow/core/util/event.proto), the first of them naming the version.
/// </summary>
/// <remarks>
/// The messages are the classes that TorchSharp has generated from TensorFlow's definitions; its <c>SummaryWriter</c> on top of them is not used,
/// since it opens the file anew for every value, dates values to whole seconds, knows no restart (<see cref="Restart"/>) and needs SkiaSharp's native
/// library for pictures. What is added here is the framing alone.
/// </remarks>
internal sealed class EventFile : IDisposable
{
    private const string NamePrefix = "events.out.tfevents.";

    // What readers look for to know that SessionLog.START stands for a restart (2 or above).
    private const string Version = "brain.Event:2";

    private static int _opened;

    private readonly Stream _stream;

    /// <summary>Begins a file.</summary>
    /// <param name="stream">Where it goes, unbuffered: a record is one write, so that a killed process leaves whole records and at most one torn at the end.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public EventFile(Stream stream)
    {
        _stream = stream;
        Write(new Event { FileVersion = Version });
    }

    /// <summary>The path of a new file in a folder, which need not exist: behind all that are there in the order in which readers take them.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static string NewPath(string folder)
    {
        // Readers take a folder's files by name and never go back: a process that follows within a second, or after the clock was set back,
        // must not come before the one it goes on from.
        var existing = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, NamePrefix + "*").Select(Seconds).DefaultIfEmpty().Max() : 0;
        var seconds = Math.Max(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), existing + 1);
        var name = string.Create(CultureInfo.InvariantCulture,
            $"{NamePrefix}{seconds:D10}.{Dns.GetHostName()}.{Environment.ProcessId}.{Interlocked.Increment(ref _opened) - 1}");
        return Path.Combine(folder, name);
    }

    /// <summary>Says that a run begins or goes on: what was recorded from <paramref name="step"/> on is void.</summary>
    /// <param name="step">The first step that will be recorded.</param>
    /// <remarks>
    /// TensorBoard's Python loader drops the run's values of this step and later ones at the second <c>SessionLog.START</c> that it meets, not at the
    /// first (tensorboard/backend/event_processing/plugin_event_accumulator.py), so every file has one, that of a new run too. Its Rust loader
    /// (tensorboard/data/server/reservoir.rs) ignores the message: there a value drops those of its tag from its step on, which comes to the same as
    /// soon as the run has passed them.
    /// </remarks>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Restart(long step) =>
        Write(new Event { Step = step, SessionLog = new SessionLog { Status = SessionLog.Types.SessionStatus.Start } });

    /// <summary>Adds values.</summary>
    /// <param name="step">The step that they belong to.</param>
    /// <param name="values">The values, in one record.</param>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Add(long step, params IEnumerable<Summary.Types.Value> values)
    {
        var summary = new Summary();
        summary.Value.AddRange(values);
        Write(new Event { Step = step, Summary = summary });
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>A record: length (8 bytes, little-endian), its masked CRC (4), the message, the message's masked CRC (4).</summary>
    private void Write(Event message)
    {
        message.WallTime = (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;
        const int Before = sizeof(ulong) + sizeof(uint);
        var body = message.ToByteArray();
        var record = new byte[Before + body.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), MaskedCrc(record.AsSpan(0, sizeof(ulong))));
        body.CopyTo(record, Before);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Before + body.Length), MaskedCrc(body));
        _stream.Write(record);
    }

    /// <summary>CRC-32C, rotated and shifted as TensorFlow does so that the CRC of bytes that hold a CRC stays useful (tensorflow/core/lib/hash/crc32c.h).</summary>
    private static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    private static long Seconds(string path)
    {
        var rest = Path.GetFileName(path).AsSpan(NamePrefix.Length);
        var end = rest.IndexOf('.');
        return end > 0 && long.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 9_999_999_999 ? seconds : 0;
    }
}
