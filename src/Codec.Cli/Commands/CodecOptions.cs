using CommandLine;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>Options of every command that runs a model.</summary>
internal abstract class CodecOptions
{
    /// <summary>
    /// Images up to this size run on one thread unless told otherwise: starting and waking a pool of threads takes longer than it saves.
    /// </summary>
    private const long SmallPixels = 256 * 256;

    /// <summary>The model folder; the default model where it is not given.</summary>
    [Option("model")]
    public string? Model { get; set; }

    /// <summary>auto, cpu, cuda or cuda:N.</summary>
    [Option("device", Default = "auto")]
    public string Device { get; set; } = "auto";

    /// <summary>auto, fp32, fp16 or int8.</summary>
    [Option("precision")]
    public string? Precision { get; set; }

    /// <summary>CPU threads.</summary>
    [Option("threads")]
    public int? Threads { get; set; }

    /// <summary>The most pixels that a picture may have.</summary>
    [Option("max-pixels")]
    public long? MaxPixels { get; set; }

    /// <summary>The most MiB that the codec takes for one picture.</summary>
    [Option("max-memory")]
    public int? MaxMemory { get; set; }

    /// <summary>Positional arguments that are left over, which is an error.</summary>
    [Value(9)]
    public IEnumerable<string> Rest { get; set; } = [];

    /// <summary>Checks what can be checked before anything is read.</summary>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public virtual void Validate()
    {
        if (Rest.FirstOrDefault() is { } extra) throw new UsageException($"unexpected argument '{extra}'");
        if (Model is { Length: 0 }) throw new UsageException("--model: the folder's name is empty");
        if (Threads is < 0 or > 1024) throw new UsageException($"--threads: expected 0 (one a core) to 1024, got {Threads}");
        if (MaxPixels is < 1 or > VqLimits.LargestMaxPixels)
            throw new UsageException($"--max-pixels: expected 1 to {VqLimits.LargestMaxPixels}, got {MaxPixels}");
        if (MaxMemory < 1) throw new UsageException($"--max-memory: expected at least 1 MiB, got {MaxMemory}");
        if (!VqDevice.TryParse(Device, out _)) throw new UsageException($"--device: expected auto, cpu, cuda or cuda:N, got '{Device}'");
        _ = Choice(Precision, VqPrecision.Auto, "precision");
    }

    /// <summary>What the command does with the codec.</summary>
    protected virtual VqCodecUse Use => VqCodecUse.Both;

    /// <summary>Loads the model for one picture.</summary>
    /// <param name="pixels">Size of the picture, which decides how many threads are worth starting.</param>
    public VqCodec LoadCodec(long pixels) => LoadCodecWith(Threads ?? (pixels <= SmallPixels ? 1 : 0));

    /// <summary>Loads the model.</summary>
    /// <param name="threads">CPU threads for one picture, 0 for one a core.</param>
    public VqCodec LoadCodecWith(int threads)
    {
        var options = new VqCodecOptions
        {
            Device = VqDevice.Parse(Device),
            Precision = Choice(Precision, VqPrecision.Auto, "precision"),
            Use = Use,
            Threads = threads,
            Limits = new VqLimits
            {
                MaxPixels = MaxPixels ?? VqLimits.DefaultMaxPixels,
                MaxMemory = MaxMemory is { } mebibytes ? (long)mebibytes << 20 : VqLimits.DefaultMaxMemory,
            },
        };
        try
        {
            return Model is null ? VqCodec.LoadDefault(options) : VqCodec.Load(Model, options);
        }
        catch (ArgumentException e) when (Precision is not null)
        {
            // The one option that only the model can refuse; the message begins with its name.
            throw new UsageException("--" + e.Message, e);
        }
    }

    /// <summary>Checks a number of files at a time.</summary>
    /// <exception cref="UsageException">It is out of range.</exception>
    protected static void CheckJobs(int? jobs)
    {
        if (jobs is < 1 or > 1024) throw new UsageException($"--jobs: expected 1 to 1024, got {jobs}");
    }

    /// <summary>Checks a number of stages against a model.</summary>
    /// <exception cref="UsageException">The model has fewer.</exception>
    protected internal static void CheckStages(int? stages, VqCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        var most = codec.Manifest.Spec.Planes.Max(p => p.Stages);
        if (stages > most) throw new UsageException($"--stages: model {codec.Manifest.Name} has {most}, got {stages}");
    }

    /// <summary>The value that an option names, in small letters.</summary>
    /// <param name="text">What was given, or <c>null</c> for nothing.</param>
    /// <param name="otherwise">The value where nothing was given.</param>
    /// <param name="option">The option's name.</param>
    /// <exception cref="UsageException">There is no such value.</exception>
    protected static T Choice<T>(string? text, T otherwise, string option)
        where T : struct, Enum
    {
        if (text is null) return otherwise;

        // Not Enum.TryParse, which takes numbers, too.
        var names = Enum.GetNames<T>();
        var name = names.FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        return name is not null
            ? Enum.Parse<T>(name)
            : throw new UsageException($"--{option}: expected {string.Join(", ", names[..^1].Select(Lower))} or {Lower(names[^1])}, got '{text}'");
    }

    private static string Lower(string name) => name.ToLowerInvariant();
}
