using VqVae.Runtime;

namespace VqVae.Fuzz.Targets;

/// <summary>The blocks of one entropy mode. An input is three bytes that choose plane, stage and size, and a block.</summary>
internal sealed class EntropyTarget : FuzzTarget
{
    private const int Head = 3;
    private const int LargestSide = 16;

    private readonly VqEntropyMode _mode;
    private readonly IIndexCoder _coder;
    private readonly ushort[] _indices = new ushort[LargestSide * LargestSide];
    private readonly ushort[] _again = new ushort[LargestSide * LargestSide];
    private readonly byte[] _bytes = new byte[4 * LargestSide * LargestSide];
    private readonly ushort[] _earlier;

    public EntropyTarget(VqEntropyMode mode)
    {
        _mode = mode;
        _coder = FuzzModel.Tables.Coder(mode, 0) ?? throw new InvalidOperationException($"no tables for {mode}");
        using var maps = FuzzModel.Maps(LargestSide * 8, LargestSide * 8, 3, seed: 5);
        _earlier = maps.Plane(0).ToArray();
        Seeds = [.. Enumerable.Range(0, 12).Select(MakeSeed)];
    }

    public override string Name => _mode switch
    {
        VqEntropyMode.Static => "static",
        VqEntropyMode.Fast => "fast",
        _ => "dense",
    };

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override void Read(byte[] input)
    {
        if (input.Length < Head) throw new VqFormatException("no block");
        var source = input.AsSpan(Head);
        var length = _coder.Decode(source, Block(input, _indices));
        if (length < 0) throw new InvalidOperationException($"a block of {length} bytes");
        if (length > source.Length) throw new VqFormatException("the block is cut short");
        var block = Block(input, _indices);
        var codes = FuzzModel.Planes[block.Plane].Codes;
        foreach (var index in block.Indices)
            if (index >= codes) throw new InvalidOperationException($"decoded the index {index} of {codes} codes");

        // What was decoded can be encoded, and comes back.
        var size = _coder.Encode(block, _bytes);
        if (size < 0) return;
        if (_coder.Decode(_bytes, Block(input, _again)) != size || !block.Indices.SequenceEqual(Block(input, _again).Indices))
            throw new InvalidOperationException("decoded indices do not survive encoding");
    }

    public override bool IsRefusal(Exception exception) => exception is VqFormatException;

    private byte[] MakeSeed(int number)
    {
        byte[] head = [(byte)(number % 4), (byte)(1 + (number * 7 % LargestSide)), (byte)(1 + (number * 5 % LargestSide))];
        var block = Block(head, _indices);
        using var maps = FuzzModel.Maps(LargestSide * 16, LargestSide * 16, 3, seed: number);
        maps.Stage(block.Plane, block.Stage)[..block.Indices.Length].CopyTo(block.Indices);
        var size = _coder.Encode(block, _bytes);
        return size < 0 ? throw new InvalidOperationException($"seed {number} does not fit") : [.. head, .. _bytes.AsSpan(0, size)];
    }

    private IndexBlock Block(ReadOnlySpan<byte> head, ushort[] indices)
    {
        var (width, height) = (1 + (head[1] % LargestSide), 1 + (head[2] % LargestSide));
        var slot = head[0] % 4;
        var (plane, stage) = slot == 3 ? (1, 0) : (0, slot);
        return new IndexBlock { Plane = plane, Stage = stage, Width = width, Height = height, Earlier = _earlier.AsSpan(0, stage * width * height), Indices = indices.AsSpan(0, width * height) };
    }
}
