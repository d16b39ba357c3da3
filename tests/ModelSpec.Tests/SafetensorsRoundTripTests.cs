using System.Buffers.Binary;
using System.Text;
using CsCheck;
using VqVae.TestSupport;

namespace VqVae.Models.Tests;

public class SafetensorsRoundTripTests
{
    private sealed record Sample(TensorType Type, long[] Shape, byte[] Data);

    private static readonly Gen<Sample> Samples =
        from type in Gen.Enum<TensorType>()
        from shape in Gen.Long[0, 4].Array[0, 4]
        from data in Gen.Byte.Array[(int)shape.Aggregate(1L, (product, n) => product * n) * type.ElementSize()]
        select new Sample(type, shape, data);

    private static readonly Gen<(Dictionary<string, Sample> Tensors, Dictionary<string, string> Metadata)> Files =
        Gen.Select(
            Gen.Dictionary(Gen.String[Gen.Char["abc.\"\\/é日0"], 1, 12], Samples)[0, 8],
            Gen.Dictionary(Gen.String[Gen.Char["abcé\n\0\""], 0, 6], Gen.String[Gen.Char["xyz{}日\"\\"], 0, 40])[0, 4]);

    [Fact]
    public void WriteTo_AnyTensorsAndMetadata_ReadBackEqual() => Files.Sample(
        (tensors, metadata) =>
        {
            var read = SafetensorsFile.Parse(Write(tensors, metadata));

            Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), read.Tensors.Keys.Order(StringComparer.Ordinal));
            foreach (var (name, expected) in tensors)
            {
                Assert.Equal(expected.Type, read[name].Type);
                Assert.Equal(expected.Shape, read[name].Shape);
                Assert.Equal(expected.Data, read[name].Data.ToArray());
            }

            Assert.Equal(metadata.OrderBy(e => e.Key, StringComparer.Ordinal), read.Metadata.OrderBy(e => e.Key, StringComparer.Ordinal));
        },
        seed: "0000KOIso5A3", iter: 400);

    [Fact]
    public void WriteTo_SameContentInAnotherOrder_SameBytes() => Files.Sample(
        (tensors, metadata) => Assert.Equal(
            Write(tensors, metadata),
            Write(tensors.Reverse().ToDictionary(), metadata.Reverse().ToDictionary())),
        seed: "0000KOIso5A3", iter: 100);

    [Fact]
    public void WriteTo_TensorsInPartsOfAnyLength_SameBytesAsWhole() => Gen.Select(Files, Gen.Int[1, 9]).Sample(
        (files, length) =>
        {
            var (tensors, metadata) = files;
            var writer = new SafetensorsWriter();
            foreach (var (key, value) in metadata) writer.Metadata[key] = value;
            foreach (var (name, tensor) in tensors) writer.Add(name, tensor.Type, Parts(tensor.Data, length), tensor.Shape);
            using var stream = new MemoryStream();
            writer.WriteTo(stream);
            Assert.Equal(Write(tensors, metadata), stream.ToArray());
        },
        seed: "0000KOIso5A3", iter: 100);

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void Save_PartsOfAnotherLengthThanTheShape_ThrowsAndLeavesNothing(int bytes)
    {
        using var folder = new TemporaryFolder();
        var writer = new SafetensorsWriter();
        writer.Add("n", TensorType.UInt16, Parts(new byte[bytes], 2), 2, 1);

        var error = Assert.Throws<InvalidOperationException>(() => writer.Save(folder["a.safetensors"]));

        Assert.Contains($"'n': expected 4 bytes, got {bytes}", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void WriteTo_MixedTypes_DataStartsAtMultiplesOfTheElementSize()
    {
        var writer = new SafetensorsWriter();
        writer.Add<byte>("a", [1, 2, 3], 3);
        writer.Add<double>("b", [1.5], 1);
        writer.Add<float>("c", [2.5f], 1);
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        var content = stream.ToArray();

        var headerLength = BinaryPrimitives.ReadInt64LittleEndian(content);
        Assert.Equal(0, headerLength % 8);
        var header = Encoding.UTF8.GetString(content, 8, (int)headerLength);
        Assert.Equal(
            """{"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"c":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"a":{"dtype":"U8","shape":[3],"data_offsets":[12,15]}}""",
            header.TrimEnd(' '));
        Assert.Equal(8 + headerLength + 15, content.Length);
    }

    [Fact]
    public void Parse_FileOfTheReferenceLayout_GivesItsValues()
    {
        // Written by hand after the format's description: unordered entries, whitespace, escapes, a scalar and an empty tensor.
        var header = """
            { "empty": {"dtype":"I64","shape":[3,0],"data_offsets":[12,12]}, "__metadata__": {"k\u0065y": "v"},
              "scalar": {"shape":[],"data_offsets":[8,12],"dtype":"I32"}, "v": {"dtype":"F32","shape":[1,2],"data_offsets":[0,8]} }
            """;
        var file = SafetensorsFile.Parse(Hostile.File(header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0xfe, 0xff, 0xff, 0xff]));

        Assert.Equal([1f, -2f], file["v"].Values<float>().ToArray());
        Assert.Equal([-2], file["scalar"].Values<int>().ToArray());
        Assert.Empty(file["scalar"].Shape);
        Assert.Equal([3L, 0L], file["empty"].Shape);
        Assert.Equal(0, file["empty"].Data.Length);
        Assert.Equal("v", file.GetMetadata("key"));
    }

    [Fact]
    public void Save_ThenLoad_SameTensors()
    {
        using var folder = new TemporaryFolder();
        var writer = new SafetensorsWriter { Metadata = { ["format"] = "test/1" } };
        writer.Add<long>("n", [long.MinValue, long.MaxValue], 2);
        writer.Save(folder["a.safetensors"]);

        var file = SafetensorsFile.Load(folder["a.safetensors"]);

        Assert.Equal([long.MinValue, long.MaxValue], file["n"].Values<long>().ToArray());
        Assert.Equal("test/1", file.GetMetadata("format"));
        Assert.Equal([folder["a.safetensors"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Values_OfAnotherType_Throws()
    {
        var writer = new SafetensorsWriter();
        writer.Add<int>("n", [1], 1);
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        var file = SafetensorsFile.Parse(stream.ToArray());

        var error = Assert.Throws<ModelFormatException>(() => file["n"].Values<float>().Length);
        Assert.Contains("F32", error.Message, StringComparison.Ordinal);
        Assert.Contains("I32", error.Message, StringComparison.Ordinal);
        Assert.Throws<ModelFormatException>(() => file["m"]);
        Assert.Throws<ModelFormatException>(() => file.GetMetadata("m"));
    }

    [Fact]
    public void Add_WrongArguments_Throws()
    {
        var writer = new SafetensorsWriter();
        writer.Add<int>("n", [1], 1);

        Assert.Throws<ArgumentException>(() => writer.Add<int>("n", [1], 1));
        Assert.Throws<ArgumentException>(() => writer.Add<int>("m", [1, 2], 3));
        Assert.Throws<ArgumentException>(() => writer.Add<int>("__metadata__", [1], 1));
        Assert.Throws<ArgumentException>(() => writer.Add<short>("m", [1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add<int>("m", [1, 2], -1, -2));
        Assert.Throws<OverflowException>(() => writer.Add<int>("m", [], long.MaxValue, 4));
    }

    /// <summary>The bytes in parts of a length, all in the same buffer, as a reader of a large file gives them.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Parts(byte[] data, int length)
    {
        var buffer = new byte[length];
        for (var start = 0; start < data.Length; start += length)
        {
            var part = buffer.AsMemory(0, Math.Min(length, data.Length - start));
            data.AsMemory(start, part.Length).CopyTo(part);
            yield return part;
        }
    }

    private static byte[] Write(Dictionary<string, Sample> tensors, Dictionary<string, string> metadata)
    {
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in metadata) writer.Metadata[key] = value;
        foreach (var (name, tensor) in tensors)
        {
            switch (tensor.Type)
            {
                case TensorType.Float32: Add<float>(name, tensor); break;
                case TensorType.Float64: Add<double>(name, tensor); break;
                case TensorType.Int32: Add<int>(name, tensor); break;
                case TensorType.Int64: Add<long>(name, tensor); break;
                case TensorType.UInt16: Add<ushort>(name, tensor); break;
                default: Add<byte>(name, tensor); break;
            }
        }

        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return stream.ToArray();

        void Add<T>(string name, Sample tensor)
            where T : unmanaged =>
            writer.Add(name, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(tensor.Data), tensor.Shape);
    }
}
