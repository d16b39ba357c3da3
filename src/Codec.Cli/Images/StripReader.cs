using System.Collections.Concurrent;
using NetVips;

namespace VqVae.Codec.Cli.Images;

/// <summary>
/// Evaluates a libvips image from top to bottom on a thread of its own, some strips ahead of whoever takes the rows: a sequential image is read
/// through one region, and a region belongs to the thread that made it.
/// </summary>
internal sealed class StripReader : IDisposable
{
    /// <summary>Bytes of rows that are decoded at a time: less than what .NET takes for a large object, whose memory is fresh, and cleared, each time.</summary>
    private const int StripBytes = 80_000;

    /// <summary>Rows that are decoded at a time at least, however wide they are: a strip costs some work of its own.</summary>
    private const int LeastRows = 8;

    /// <summary>Strips that are decoded ahead.</summary>
    private const int StripsAhead = 8;

    private readonly Image _image;
    private readonly BlockingCollection<byte[]> _strips = new(StripsAhead);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private Exception? _error;
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Starts to read.</summary>
    /// <param name="image">8 bits a sample; must live until this is disposed.</param>
    public StripReader(Image image)
    {
        _image = image;
        _thread = new Thread(Read) { IsBackground = true, Name = "picture rows" };
        _thread.Start();
    }

    /// <summary>Takes the next rows.</summary>
    /// <param name="target">To be filled.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="VipsException">The picture cannot be decoded.</exception>
    /// <exception cref="InvalidOperationException">There are no more.</exception>
    public void Take(Span<byte> target, CancellationToken cancellationToken)
    {
        while (target.Length > 0)
        {
            if (_rest.IsEmpty && !Next(cancellationToken)) throw new InvalidOperationException($"expected rows, there are none left for {target.Length} bytes");
            var part = Math.Min(target.Length, _rest.Length);
            _rest.Span[..part].CopyTo(target);
            _rest = _rest[part..];
            target = target[part..];
        }
    }

    /// <summary>Stops the thread, at the latest at the end of the strip that it decodes.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _strips.Dispose();
        _stop.Dispose();
    }

    private bool Next(CancellationToken cancellationToken)
    {
        if (_strips.TryTake(out var strip, Timeout.Infinite, cancellationToken))
        {
            _rest = strip;
            return true;
        }

        // The same error again for whoever asks again.
        return _error is null ? false : throw new VipsException(_error.Message, _error);
    }

    private void Read()
    {
        try
        {
            using var region = Region.New(_image);
            var rows = (int)Math.Min(_image.Height, Math.Max(LeastRows, StripBytes / ((long)_image.Width * _image.Bands)));
            for (var y = 0; y < _image.Height && !_stop.IsCancellationRequested; y += rows)
                _strips.Add(region.Fetch(0, y, _image.Width, Math.Min(rows, _image.Height - y)), _stop.Token);
        }
        catch (OperationCanceledException)
        {
        }
#pragma warning disable CA1031 // Handed to the thread that takes the rows.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _error = e;
        }
        finally
        {
            _strips.CompleteAdding();
        }
    }
}
