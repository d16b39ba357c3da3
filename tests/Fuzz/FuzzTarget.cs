namespace VqVae.Fuzz;

/// <summary>A parser that must stand any bytes.</summary>
internal abstract class FuzzTarget
{
    /// <summary>All targets by name.</summary>
    public static IReadOnlyList<Func<FuzzTarget>> All { get; } =
    [
        () => new Targets.SafetensorsTarget(),
        () => new Targets.ManifestTarget(),
        () => new Targets.TablesTarget(),
        () => new Targets.ContainerTarget(),
        () => new Targets.EntropyTarget(Runtime.VqEntropyMode.Static),
        () => new Targets.EntropyTarget(Runtime.VqEntropyMode.Fast),
        () => new Targets.EntropyTarget(Runtime.VqEntropyMode.Dense),
    ];

    /// <summary>What the command line calls it.</summary>
    public abstract string Name { get; }

    /// <summary>Well-formed inputs to start from.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>
    /// Makes what guards an input right again (a checksum, a length), so that mutations reach the code behind it; half of the inputs pass
    /// through here.
    /// </summary>
    public virtual void Repair(byte[] input)
    {
    }

    /// <summary>Reads an input. What is wrong with it must come as <see cref="IsRefusal"/> says; anything else that is thrown is a defect.</summary>
    public abstract void Read(byte[] input);

    /// <summary>Whether an exception is this parser's way to refuse an input.</summary>
    public abstract bool IsRefusal(Exception exception);
}
