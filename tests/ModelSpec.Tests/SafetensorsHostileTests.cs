using System.Buffers.Binary;
using System.Text;
using VqVae.TestSupport;

namespace VqVae.Models.Tests;

public class SafetensorsHostileTests
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    public static TheoryData<string, string> Headers => new()
    {
        { "empty", "" },
        { "not JSON", "{]" },
        { "cut short", """{"a":{"dtype":"F32",""" },
        { "trailing text", Good + "x" },
        { "comment", "/* */" + Good },
        { "null", "null" },
        { "list", "[]" },
        { "number", "8" },
        { "no tensors for the data", "{}" },
        { "tensor is a list", """{"a":[]}""" },
        { "tensor is null", """{"a":null}""" },
        { "no fields", """{"a":{}}""" },
        { "no dtype", """{"a":{"shape":[2],"data_offsets":[0,8]}}""" },
        { "no shape", """{"a":{"dtype":"F32","data_offsets":[0,8]}}""" },
        { "no offsets", """{"a":{"dtype":"F32","shape":[2]}}""" },
        { "one offset", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}""" },
        { "three offsets", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""" },
        { "unknown field", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""" },
        { "field twice", """{"a":{"dtype":"U8","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "tensor twice", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""" },
        { "tensor twice, escaped", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""" },
        { "metadata twice", """{"__metadata__":{},"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "metadata key twice", """{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "metadata is a list", """{"__metadata__":[],"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "metadata is a number", """{"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "metadata is null", """{"__metadata__":{"k":null},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "dtype is a number", """{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""" },
        { "dtype unknown", """{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""" },
        { "dtype in lower case", """{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""" },
        { "shape is a number", """{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""" },
        { "shape of strings", """{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""" },
        { "shape of fractions", """{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""" },
        { "negative dimension", """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""" },
        { "two negative dimensions", """{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""" },
        { "dimension over 64 bits", """{"a":{"dtype":"F32","shape":[18446744073709551618],"data_offsets":[0,8]}}""" },
        { "product wraps to 2", """{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,2],"data_offsets":[0,8]}}""" },
        { "product wraps to 0", """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "too many dimensions", """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""" },
        { "shape too large", """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""" },
        { "shape too small", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""" },
        { "type too wide", """{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""" },
        { "offsets reversed", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""" },
        { "offsets negative", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""" },
        { "offsets past the end", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""" },
        { "offsets of 8 EB", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}}""" },
        { "overlap", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""" },
        { "same bytes twice", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "gap at the start", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""" },
        { "gap between", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[6],"data_offsets":[2,8]}}""" },
        { "gap at the end", """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""" },
        { "empty tensor inside another", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""" },
        { "half a surrogate pair in a name", """{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "half a surrogate pair in metadata", """{"__metadata__":{"k":"\udc00"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""" },
        { "half a surrogate pair in a type", """{"a":{"dtype":"\udc00","shape":[2],"data_offsets":[0,8]}}""" },
        { "deep shape", """{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}""" },
        { "deep lists", new string('[', 100_000) },
        { "deep objects", string.Concat(Enumerable.Repeat("{\"a\":", 20_000)) },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Parse_MalformedHeader_ThrowsModelFormatException(string what, string header)
    {
        var content = Hostile.File(header, new byte[8]);

        var error = Hostile.AssertRefused(() => SafetensorsFile.Parse(content));

        Assert.False(string.IsNullOrWhiteSpace(error.Message), what);
    }

    [Fact]
    public void Parse_TheHeaderThatTheMalformedOnesVary_IsRead() =>
        Assert.Equal([0f, 0f], SafetensorsFile.Parse(Hostile.File(Good, new byte[8]))["a"].Values<float>().ToArray());

    [Theory]
    [InlineData("name")]
    [InlineData("dtype")]
    [InlineData("metadata key")]
    [InlineData("metadata value")]
    public void Parse_BytesThatAreNotUtf8_ThrowsModelFormatException(string where)
    {
        var header = """{"__metadata__":{"~k":"~v"},"~n":{"dtype":"~F32","shape":[2],"data_offsets":[0,8]}}""";
        var mark = where switch { "name" => "~n", "dtype" => "~F", "metadata key" => "~k", _ => "~v" };
        var bytes = Encoding.UTF8.GetBytes(header.Replace("~F32", where == "dtype" ? "~F32" : "F32", StringComparison.Ordinal));
        bytes[Encoding.UTF8.GetString(bytes).IndexOf(mark, StringComparison.Ordinal)] = 0xff;

        Hostile.AssertRefused(() => SafetensorsFile.Parse(Hostile.File(bytes, new byte[8])));
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData((1UL << 32) + 54)]
    [InlineData(100_000_000UL)]
    [InlineData(63UL)]
    public void Parse_HeaderLengthBeyondTheFile_ThrowsModelFormatException(ulong length)
    {
        var content = Hostile.File(Good, new byte[8]);
        BinaryPrimitives.WriteUInt64LittleEndian(content, length);

        Hostile.AssertRefused(() => SafetensorsFile.Parse(content));
    }

    [Fact]
    public void Parse_EveryPrefix_ThrowsModelFormatException()
    {
        var content = Content();
        for (var length = 0; length < content.Length; length++)
            Hostile.AssertRefused(() => SafetensorsFile.Parse(content.AsMemory(0, length)));
        Hostile.AssertRefused(() => SafetensorsFile.Parse((byte[])[.. content, 0]));
    }

    [Fact]
    public void Parse_TenThousandBitFlips_ReadsOrThrowsModelFormatException()
    {
        var content = Content();
        var random = new Random(20260801);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var flipped = (byte[])content.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var file = SafetensorsFile.Parse(flipped);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);

                // Only names, metadata and values may have changed: what was read still covers the data exactly.
                Assert.Equal(Data(content).Length, file.Tensors.Values.Sum(t => (long)t.Data.Length));
                read++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(read, 1000, 9000);
        Assert.InRange(refused, 1000, 9000);
    }

    [Fact]
    public void Load_HugeSparseFiles_ThrowsWithoutReadingThemIn()
    {
        using var folder = new TemporaryFolder();
        var tooLarge = folder["too-large.safetensors"];
        using (var stream = File.Create(tooLarge)) stream.SetLength(SafetensorsFile.MaxFileBytes + 1);

        // A header that is fine in itself, followed by 1.5 GB that no tensor covers.
        var uncovered = folder["uncovered.safetensors"];
        using (var stream = File.Create(uncovered))
        {
            stream.Write(Hostile.File(Good, new byte[8]));
            stream.SetLength(1_500_000_000);
        }

        var longHeader = folder["long-header.safetensors"];
        using (var stream = File.Create(longHeader))
        {
            stream.Write(BitConverter.GetBytes((long)SafetensorsFile.MaxHeaderBytes + 1));
            stream.SetLength(1_500_000_000);
        }

        foreach (var path in new[] { tooLarge, uncovered, longHeader })
            Assert.Contains(path, Hostile.AssertRefused(() => SafetensorsFile.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ShortFiles_ThrowsModelFormatExceptionThatNamesTheFile()
    {
        using var folder = new TemporaryFolder();
        var content = Content();
        foreach (var length in new[] { 0, 1, 7, 8, 9, content.Length - 1 })
        {
            File.WriteAllBytes(folder["short"], content[..length]);
            Assert.Contains(folder["short"], Hostile.AssertRefused(() => SafetensorsFile.Load(folder["short"])).Message, StringComparison.Ordinal);
        }
    }

    private static ReadOnlySpan<byte> Data(byte[] content) => content.AsSpan(8 + (int)BinaryPrimitives.ReadInt64LittleEndian(content));

    private static byte[] Content()
    {
        var writer = new SafetensorsWriter { Metadata = { ["format"] = "test/1", ["note"] = "é" } };
        writer.Add<float>("weights", [1, 2, 3, 4, 5, 6], 2, 3);
        writer.Add<int>("scalar", [7]);
        writer.Add<byte>("bytes", Enumerable.Range(0, 200).Select(i => (byte)i).ToArray(), 10, 20);
        writer.Add<long>("empty", [], 0);
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return stream.ToArray();
    }
}
