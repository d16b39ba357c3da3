using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Fuzz.Targets;

/// <summary>The entropy tables of a model folder, and coding with what is read.</summary>
internal sealed class TablesTarget : FuzzTarget
{
    /// <summary>Few stages, codes and maps, so that a file is small and a change often leaves it well-formed.</summary>
    private static readonly LatentPlane[] Planes = [new("fine", 8, 1, 5), new("coarse", 16, 1, 12)];

    public override string Name => "tables";

    public override IReadOnlyList<byte[]> Seeds { get; } = [FuzzModel.Train(Planes, maps: 4).Write()];

    public override void Read(byte[] input)
    {
        var tables = ModelTables.Parse(input, Planes, 1);
        using var maps = FuzzModel.Maps(Planes, 40, 24, 1, seed: 3);
        Span<ushort> decoded = stackalloc ushort[maps.Stage(0, 0).Length];
        Span<byte> bytes = stackalloc byte[1024];
        foreach (var mode in (VqEntropyMode[])[VqEntropyMode.Static, VqEntropyMode.Fast, VqEntropyMode.Dense])
        {
            // Odd tables code badly, but they code.
            if (tables.Coder(mode, 0) is not { } coder) continue;
            var size = coder.Encode(Block(maps, maps.Stage(0, 0)), bytes);
            if (size < 0) continue;
            if (coder.Decode(bytes, Block(maps, decoded)) != size || !maps.Stage(0, 0).SequenceEqual(decoded))
                throw new InvalidOperationException($"{mode}: indices do not come back under these tables");
        }
    }

    public override bool IsRefusal(Exception exception) => exception is ModelFormatException;

    private static IndexBlock Block(IndexMaps maps, Span<ushort> indices) =>
        new() { Plane = 0, Stage = 0, Width = maps.WidthOf(0), Height = maps.HeightOf(0), Earlier = default, Indices = indices };
}
