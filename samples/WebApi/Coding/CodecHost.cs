using VqVae.Runtime;
using VqVae.Samples.WebApi.Errors;
using VqVae.Samples.WebApi.Settings;

namespace VqVae.Samples.WebApi.Coding;

/// <summary>Loads the one codec of the service, warms it up, and stops the service where it does not load.</summary>
internal sealed partial class CodecHost(ModelSettings model, LimitSettings limits, CodecWorkers workers, IHostApplicationLifetime lifetime, ILogger<CodecHost> logger) : BackgroundService
{
    /// <summary>Pixels by which a side may grow for the model: its largest stride is not larger.</summary>
    private const int LargestStride = 64;

    private volatile VqCodec? _codec;

    /// <summary>Whether the codec is loaded and has run.</summary>
    public bool IsReady => _codec is not null;

    /// <summary>Whether it cannot be loaded.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The codec.</summary>
    /// <exception cref="RequestException">It is not ready yet.</exception>
    public VqCodec Codec => _codec ?? throw new RequestException(StatusCodes.Status503ServiceUnavailable, "The service is starting: the model is being loaded.");

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Calls that still run finish; what the codec holds is released then.
        _codec?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            _codec = await LoadAsync(stoppingToken);
            LogReady(_codec.Manifest.Name, _codec.Manifest.Id, _codec.Device, _codec.Precision, limits.WorkerCount);
        }
#pragma warning disable CA1031 // Whatever it is, a service without a codec is of no use.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            HasFailed = true;
            LogFailed(e.Message);

            // Not while the service is still starting, which would end with an error of its own.
            lifetime.ApplicationStarted.Register(lifetime.StopApplication);
        }
    }

    private async Task<VqCodec> LoadAsync(CancellationToken cancellationToken)
    {
        // One thread a picture: a server has other pictures for the other cores, and rows are then read and written by the thread that made the call.
        // The codec counts pixels with the sides extended for the model; the service counts those of the picture.
        var maxPixels = limits.Pixels + (2L * LargestStride * limits.Side) + (LargestStride * LargestStride);
        var options = new VqCodecOptions { Threads = 1, Limits = new VqLimits { MaxPixels = maxPixels, MaxMemory = limits.CallMemory } };
        var codec = await Task.Run(() => string.IsNullOrEmpty(model.Folder) ? VqCodec.LoadDefault(options) : VqCodec.Load(model.Folder, options), cancellationToken);
        try
        {
            // On all workers at once: a service that is ready has the memory that it needs, and does not learn in its busiest minute that there is too little.
            using var together = new Barrier(limits.WorkerCount);
            await Task.WhenAll(Enumerable.Range(0, limits.WorkerCount).Select(_ => workers.RunAsync(token => WarmUp(codec, together, token), cancellationToken)));
            return codec;
        }
        catch
        {
            codec.Dispose();
            throw;
        }
    }

    private bool WarmUp(VqCodec codec, Barrier together, CancellationToken cancellationToken)
    {
        var side = (int)Math.Min(Math.Min(limits.WarmUpSide, limits.Side), Math.Sqrt(limits.Pixels));
        together.SignalAndWait(cancellationToken);
        var vq = codec.Compress((_, rows) => rows.Clear(), side, side, cancellationToken: cancellationToken);
        together.SignalAndWait(cancellationToken);
        codec.Decompress(vq, (_, _) => { }, cancellationToken: cancellationToken);
        return true;
    }

    [LoggerMessage(LogLevel.Information, "Model {Model} ({ModelId}) is ready on {Device} in {Precision}, {Workers} workers")]
    private partial void LogReady(string model, string modelId, VqDevice device, VqPrecision precision, int workers);

    [LoggerMessage(LogLevel.Critical, "The model cannot be loaded: {Reason}")]
    private partial void LogFailed(string reason);
}
