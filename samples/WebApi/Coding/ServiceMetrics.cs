using System.Diagnostics.Metrics;

namespace VqVae.Samples.WebApi.Coding;

/// <summary>
/// What to watch, beside what ASP.NET Core measures itself (requests, connections, rate limiting). <c>dotnet-counters monitor --counters VqVae.WebApi</c> shows it;
/// OpenTelemetry exports it.
/// </summary>
internal sealed class ServiceMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "VqVae.WebApi";

    private readonly Meter _meter;
    private readonly Counter<long> _pictureBytes, _vqBytes;
    private readonly Histogram<double> _seconds;

    /// <summary>Creates the instruments.</summary>
    public ServiceMetrics(IMeterFactory factory, CodecWorkers workers)
    {
        _meter = factory.Create(MeterName);
        _pictureBytes = _meter.CreateCounter<long>("vqvae.picture.bytes", "By", "Bytes of uploaded pictures that were compressed");
        _vqBytes = _meter.CreateCounter<long>("vqvae.vq.bytes", "By", "Bytes of the files that were made of them");
        _seconds = _meter.CreateHistogram<double>("vqvae.call.duration", "s", "Time on a worker, by kind of call");
        _meter.CreateObservableGauge("vqvae.workers.busy", () => workers.Busy, "{thread}", "Workers that are at a picture");
        _meter.CreateObservableGauge("vqvae.workers.waiting", () => workers.Waiting, "{request}", "Requests that wait for a worker");
    }

    /// <summary>A picture was compressed.</summary>
    public void Compressed(long pictureBytes, long vqBytes, TimeSpan time)
    {
        _pictureBytes.Add(pictureBytes);
        _vqBytes.Add(vqBytes);
        _seconds.Record(time.TotalSeconds, new KeyValuePair<string, object?>("kind", "compress"));
    }

    /// <summary>A picture, or a part of one, was decompressed.</summary>
    public void Decompressed(TimeSpan time) => _seconds.Record(time.TotalSeconds, new KeyValuePair<string, object?>("kind", "decompress"));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
