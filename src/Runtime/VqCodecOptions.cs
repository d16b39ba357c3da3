namespace VqVae.Runtime;

/// <summary>How a model is loaded.</summary>
public sealed record VqCodecOptions
{
    /// <summary>Where the graphs run; <see cref="VqDevice.Auto"/> by default.</summary>
    public VqDevice Device { get; init; } = VqDevice.Auto;

    /// <summary>The number format that the graphs run in; <see cref="VqPrecision.Auto"/> by default. A model may lack any but <see cref="VqPrecision.Fp32"/>.</summary>
    public VqPrecision Precision { get; init; } = VqPrecision.Auto;

    /// <summary>What the codec will be used for: what is not named is opened when it is first needed, so that loading takes less time.</summary>
    public VqCodecUse Use { get; init; } = VqCodecUse.Both;

    /// <summary>CPU threads that work on one image together; 0, the default, for one a core that the process may use (<see cref="Environment.ProcessorCount"/>, which knows a container's share). 1 suits servers that handle many small images at once; everything, callbacks for rows included, happens on the calling thread then.</summary>
    public int Threads { get; init; }

    /// <summary>How large an image may be.</summary>
    public VqLimits Limits { get; init; } = new();

    /// <summary>Most pixels of a window, so that tests meet many windows in small images; <c>null</c> for what is best.</summary>
    internal long? WindowPixels { get; init; }

    /// <summary>Checks the values.</summary>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        if (!Enum.IsDefined(Use)) throw new ArgumentOutOfRangeException(nameof(Use), Use, $"expected {string.Join(", ", Enum.GetNames<VqCodecUse>())}");
        ArgumentNullException.ThrowIfNull(Limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limits.MaxPixels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limits.MaxPixels, VqLimits.LargestMaxPixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limits.MaxMemory, 1);
    }
}
