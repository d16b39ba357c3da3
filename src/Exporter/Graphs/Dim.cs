using System.Globalization;

namespace VqVae.Exporter.Graphs;

/// <summary>
/// The size of one axis: a number, or a named axis divided by a number, such as the image height over the stride.
/// </summary>
internal readonly record struct Dim
{
    private Dim(string? axis, int divisor, long size)
    {
        Axis = axis;
        Divisor = divisor;
        Size = size;
    }

    /// <summary>The named axis, or <c>null</c> for a fixed size.</summary>
    public string? Axis { get; }

    /// <summary>What the named axis is divided by; it divides without remainder.</summary>
    public int Divisor { get; }

    /// <summary>The fixed size; 0 for a named axis.</summary>
    public long Size { get; }

    /// <summary>An axis whose size is known only when the graph runs.</summary>
    public static Dim Named(string axis) => new(axis, 1, 0);

    /// <summary>A fixed size.</summary>
    public static implicit operator Dim(long size) => new(null, 1, size);

    /// <summary>The size divided by a number that divides it.</summary>
    public static Dim operator /(Dim dim, int divisor)
    {
        if (dim.Axis is not null) return new(dim.Axis, dim.Divisor * divisor, 0);
        if (dim.Size % divisor != 0) throw new InvalidOperationException($"{dim.Size} is no multiple of {divisor}");
        return dim.Size / divisor;
    }

    /// <summary>The size times a number; a named axis must have been divided by it before.</summary>
    public static Dim operator *(Dim dim, int factor)
    {
        if (dim.Axis is null) return dim.Size * factor;
        if (dim.Divisor % factor != 0) throw new InvalidOperationException($"axis {dim} cannot be multiplied by {factor}");
        return new(dim.Axis, dim.Divisor / factor, 0);
    }

    /// <summary>The number, or a C identifier: <c>H</c>, <c>H_2</c> for half of it.</summary>
    public override string ToString() => Axis is null
        ? Size.ToString(CultureInfo.InvariantCulture)
        : Divisor == 1 ? Axis : string.Create(CultureInfo.InvariantCulture, $"{Axis}_{Divisor}");
}
