using System.Globalization;

namespace VqVae.Runtime;

/// <summary>Where the graphs run.</summary>
public readonly record struct VqDevice
{
    private readonly Kind _kind;

    private VqDevice(Kind kind, int index = 0)
    {
        _kind = kind;
        Index = index;
    }

    private enum Kind : byte
    {
        Auto,
        Cpu,
        Cuda,
    }

    /// <summary>The first CUDA device where there is one that works, otherwise the CPU. The default.</summary>
    public static VqDevice Auto => default;

    /// <summary>The CPU.</summary>
    public static VqDevice Cpu { get; } = new(Kind.Cpu);

    /// <summary>Whether this is <see cref="Auto"/>, that is not decided yet.</summary>
    public bool IsAuto => _kind == Kind.Auto;

    /// <summary>Whether this is the CPU.</summary>
    public bool IsCpu => _kind == Kind.Cpu;

    /// <summary>Whether this is a CUDA device.</summary>
    public bool IsCuda => _kind == Kind.Cuda;

    /// <summary>The CUDA device's number, from 0; 0 for the others.</summary>
    public int Index { get; }

    /// <summary>A CUDA device by its number.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative.</exception>
    public static VqDevice Cuda(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new VqDevice(Kind.Cuda, index);
    }

    /// <summary>Parses <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; case does not matter.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static VqDevice Parse(string text) =>
        TryParse(text, out var device) ? device : throw new FormatException($"device: expected auto, cpu, cuda or cuda:N, got '{text}'");

    /// <summary>Parses as <see cref="Parse"/> does, without an exception.</summary>
    public static bool TryParse(string? text, out VqDevice device)
    {
        const string Numbered = "cuda:";
        device = Auto;
        switch (text?.ToLowerInvariant())
        {
            case "auto":
                return true;
            case "cpu":
                device = Cpu;
                return true;
            case "cuda":
                device = Cuda();
                return true;
            case { } other when other.StartsWith(Numbered, StringComparison.Ordinal)
                    && int.TryParse(other.AsSpan(Numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index):
                device = Cuda(index);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The text that <see cref="Parse"/> reads: <c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public override string ToString() => _kind switch
    {
        Kind.Cpu => "cpu",
        Kind.Cuda => string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}"),
        _ => "auto",
    };
}
