using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Fuzz.Targets;

/// <summary>Safetensors files, and what a checkpoint asks of them.</summary>
internal sealed class SafetensorsTarget : FuzzTarget
{
    private static readonly ModelSpec Tiny = RandomCheckpoint.TinyVqVae with { Hidden = 1, EmbeddingDim = 1, EncoderBlocks = 0, DecoderBlocks = 0, Codes = 2 };

    public override string Name => "safetensors";

    public override IReadOnlyList<byte[]> Seeds { get; } = MakeSeeds();

    public override void Read(byte[] input)
    {
        var file = SafetensorsFile.Parse(input);
        foreach (var tensor in file.Tensors.Values) _ = tensor.Shape.Count + tensor.Data.Length;
        if (file.Metadata.ContainsKey("format") && Checkpoint.FromFile(file).Id == default) throw new InvalidOperationException("a model without an id");
    }

    public override bool IsRefusal(Exception exception) => exception is ModelFormatException;

    private static List<byte[]> MakeSeeds()
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["note"] = "a\"b\\u0041é";
        writer.Add<int>("numbers", [1, 2, 3, 4, 5, 6], 2, 3);
        writer.Add<byte>("bytes", [7], 1);
        writer.Add<float>("scalar", [0.5f]);
        writer.Add<long>("empty", [], 0, 4);
        return [ToBytes(writer), ToBytes(RandomCheckpoint.Create(Tiny, 1))];
    }

    private static byte[] ToBytes(SafetensorsWriter writer)
    {
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return stream.ToArray();
    }
}
