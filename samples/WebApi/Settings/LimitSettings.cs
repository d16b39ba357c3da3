using System.ComponentModel.DataAnnotations;

namespace VqVae.Samples.WebApi.Settings;

/// <summary>What a request may cost, and how many there may be at a time: the section <c>Limits</c>.</summary>
internal sealed record LimitSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Limits";

    /// <summary>Most bytes of an uploaded picture.</summary>
    [Range(1, int.MaxValue)]
    public long BodyBytes { get; init; } = 32 << 20;

    /// <summary>Most pixels of a picture, which bounds the time of a request and what libvips keeps of progressive pictures.</summary>
    [Range(1, 1L << 31)]
    public long Pixels { get; init; } = 24 << 20;

    /// <summary>Most pixels a side.</summary>
    [Range(1, 1 << 20)]
    public int Side { get; init; } = 16_384;

    /// <summary>Most bytes that one call of the codec takes (<c>VqLimits.MaxMemory</c>).</summary>
    [Range(16L << 20, 1L << 40)]
    public long CallMemory { get; init; } = 256L << 20;

    /// <summary>
    /// Pixels a side of the picture that goes there and back on all workers at once before the service is ready, so that the memory for pictures of that size is there.
    /// </summary>
    [Range(1, 16_384)]
    public int WarmUpSide { get; init; } = 1408;

    /// <summary>Pictures that are worked on at a time, each by one thread; 0 for one a core that the process may use.</summary>
    [Range(0, 1024)]
    public int Workers { get; init; }

    /// <summary>Uploads that are received, wait or are worked on; one more gets 429.</summary>
    [Range(1, 4096)]
    public int Uploads { get; init; } = 16;

    /// <summary>Requests for PNG pictures that wait, are worked on or sent; one more gets 429.</summary>
    [Range(1, 4096)]
    public int Pictures { get; init; } = 16;

    /// <summary>Seconds from a request's headers to the end of its answer; 504 then, or an answer that ends early.</summary>
    [Range(1, 3600)]
    public int RequestSeconds { get; init; } = 60;

    /// <summary>Seconds that running requests have when the service stops.</summary>
    [Range(1, 3600)]
    public int ShutdownSeconds { get; init; } = 30;

    /// <summary>Bytes of a PNG that a worker may be ahead of the client, before it waits.</summary>
    [Range(4096, 1 << 30)]
    public int ResponseBuffer { get; init; } = 1 << 20;

    /// <summary>A client that sends or takes less than so many bytes a second is cut off, after five seconds of grace; 0 for never.</summary>
    [Range(0, 1 << 30)]
    public int BytesPerSecond { get; init; } = 4096;

    /// <summary>The number of workers.</summary>
    public int WorkerCount => Workers == 0 ? Environment.ProcessorCount : Workers;
}
