using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using VqVae.TestSupport;

namespace VqVae.Models.Tests;

public class ModelManifestTests
{
    private static readonly byte[] Encoder = [1, 2, 3];

    private static ModelManifest Full => new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = "photo",
        Id = "0123456789abcdef",
        Producer = "exporter 0.1.0",
        Spec = Preset.Small.Model,
        Planes = Preset.Small.Model.Planes,
        RatePoints = 1,
        Files = new Dictionary<string, ManifestFile>
        {
            [ModelManifest.EncoderFileName] = new(Encoder.Length, Convert.ToHexStringLower(SHA256.HashData(Encoder))),
            [ModelManifest.DecoderFile(GraphPrecision.Int8)] = new(4, new string('4', 64)),
        },
        Variants = new Dictionary<string, ManifestVariant>
        {
            [GraphPrecision.Int8] = new() { MeanPixelDifference = 0.5, MaxPixelDifference = 9, PsnrLoss = 0.03, IndexAgreement = 1 },
        },
        Verification = new ManifestVerification { Verified = true, IndicesCompared = 9, IndexAgreement = 0.999, Epsilon = 1e-4, MaxPixelDifference = 1 },
        Provenance = new Provenance { Trainer = "trainer 0.1.0", Data = "photos", Metrics = new Dictionary<string, double> { ["psnr_stages_1"] = 24.5 } },
        License = new ManifestLicense("MIT", "CC0-1.0"),
    };

    [Fact]
    public void FromJson_OfToJson_IsTheSameManifest()
    {
        var json = Full.ToJson();
        var read = ModelManifest.FromJson(Encoding.UTF8.GetBytes(json));

        Assert.Equal(json, read.ToJson());
        Assert.Equal((Full.Name, Full.Id, Full.Producer, Full.Spec), (read.Name, read.Id, read.Producer, read.Spec));
        Assert.Equal(Full.Planes, read.Planes);
        Assert.Equal(Full.Files, read.Files);
        Assert.Equal(Full.Verification, read.Verification);
        Assert.Equal(24.5, read.Provenance?.Metrics?["psnr_stages_1"]);
        Assert.Equal(Full.License, read.License);
        Assert.Equal(Full.Variants, read.Variants);
    }

    [Fact]
    public void FromJson_VariantsOutOfRange_Throws()
    {
        foreach (var (field, value) in new[]
        {
            ("mean_pixel_difference", "-1"), ("mean_pixel_difference", "10"), ("max_pixel_difference", "256"), ("max_pixel_difference", "1.5"),
            ("psnr_loss", "1e999"), ("index_agreement", "1.01"), ("index_agreement", "-0.1"), ("index_agreement", "null"),
        })
        {
            Refused(json => json["variants"]!["int8"]![field] = JsonNode.Parse(value));
            Refused(json => json["variants"]!["int8"]!.AsObject().Remove(field));
        }

        Refused(json => json["variants"]!["int8"] = null);
        Refused(json => json["variants"]!["fp16"] = json["variants"]!["int8"]!.DeepClone());
        Refused(json => json["variants"] = new JsonObject { ["fp32"] = json["variants"]!["int8"]!.DeepClone() });
        Refused(json => json["variants"] = new JsonObject { ["int4"] = json["variants"]!["int8"]!.DeepClone() });
    }

    [Theory]
    [InlineData("fp32", "encoder.onnx", "decoder.onnx")]
    [InlineData("int8", "encoder.int8.onnx", "decoder.int8.onnx")]
    [InlineData("fp16", "encoder.fp16.onnx", "decoder.fp16.onnx")]
    public void FileNames_OfAPrecision_AreDocumented(string precision, string encoder, string decoder)
    {
        Assert.Equal(encoder, ModelManifest.EncoderFile(precision));
        Assert.Equal(decoder, ModelManifest.DecoderFile(precision));
        Assert.Contains(precision, GraphPrecision.All);
    }

    [Fact]
    public void ToJson_Planes_HaveDocumentedKeys()
    {
        var json = JsonNode.Parse(Full.ToJson())!;
        Assert.Equal("""[{"name":"","stride":8,"stages":4,"codes":512}]""", json["planes"]!.ToJsonString());
        Assert.Equal("1", json["rate_points"]!.ToJsonString());
    }

    [Fact]
    public void ToJson_WhatCouldNotBeReadBack_Throws()
    {
        Assert.Throws<ModelFormatException>(() => (Full with { Name = "two\nlines" }).ToJson());
        Assert.Throws<ModelFormatException>(() => (Full with { Format = 2 }).ToJson());
    }

    [Fact]
    public void FromJson_WithoutTheOptionalFields_IsFine()
    {
        var manifest = Full with { Provenance = null, License = null, Variants = null, Verification = new ManifestVerification { Verified = false } };
        var json = manifest.ToJson();
        Assert.DoesNotContain("provenance", json, StringComparison.Ordinal);
        var read = ModelManifest.FromJson(Encoding.UTF8.GetBytes(json));
        Assert.Null(read.Provenance);
        Assert.False(read.Verification.Verified);
    }

    [Fact]
    public void FromJson_AnyRequiredKeyLeftOutOrNull_Throws()
    {
        foreach (var key in new[] { "format", "name", "id", "producer", "spec", "planes", "rate_points", "files", "verification" })
        {
            Refused(json => Assert.True(json.Remove(key)));
            Refused(json => json[key] = null);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    public void FromJson_NotAManifest_Throws(string json) => Hostile.AssertRefused(() => ModelManifest.FromJson(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("\"1\"")]
    public void FromJson_AnotherFormatVersion_Throws(string format) => Refused(json => json["format"] = JsonNode.Parse(format));

    [Theory]
    [InlineData("name", "\"\"")]
    [InlineData("name", "\"a\\nb\"")]
    [InlineData("name", "\"\\u001b[31m\"")]
    [InlineData("producer", "\"a\\u0000b\"")]
    [InlineData("id", "\"0123\"")]
    [InlineData("id", "81985529216486895")]
    [InlineData("spec", "{}")]
    [InlineData("planes", "[]")]
    [InlineData("planes", "[null]")]
    [InlineData("planes", """[{"name":"","stride":8,"stages":4}]""")]
    [InlineData("planes", """[{"name":"","stride":8,"stages":4,"codes":513}]""")]
    [InlineData("planes", """[{"name":"","stride":4,"stages":4,"codes":512}]""")]
    [InlineData("planes", """[{"name":"","stride":8,"stages":3,"codes":512}]""")]
    [InlineData("planes", """[{"name":"top","stride":8,"stages":4,"codes":512}]""")]
    [InlineData("rate_points", "0")]
    [InlineData("rate_points", "17")]
    [InlineData("files", "[]")]
    [InlineData("files", """{"encoder.onnx":null}""")]
    [InlineData("verification", "true")]
    [InlineData("extra", "1")]
    public void FromJson_WrongValue_Throws(string key, string value) => Refused(json => json[key] = JsonNode.Parse(value));

    [Theory]
    [InlineData("epsilon")]
    [InlineData("index_agreement")]
    public void FromJson_FigureBeyondADouble_Throws(string key)
    {
        // Found by the fuzzer: it was read as infinity, and could not be written again.
        Refused(json => json["verification"]![key] = JsonNode.Parse("1e999"));
        Refused(json => json["provenance"]!["metrics"] = JsonNode.Parse("""{ "psnr": 1e999 }"""));
    }

    [Fact]
    public void FromJson_ImpossibleSpec_Throws() => Refused(json => json["spec"]!["stride"] = 5);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../encoder.onnx")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/encoder.onnx")]
    [InlineData("sub\\\\encoder.onnx")]
    [InlineData("..\\\\encoder.onnx")]
    [InlineData("C:encoder.onnx")]
    [InlineData("a\\u0000b")]
    public void FromJson_FileNameThatLeavesTheFolder_Throws(string name) => Refused(json =>
        json["files"] = JsonNode.Parse($$$"""{"{{{name}}}":{"bytes":3,"sha256":"{{{new string('0', 64)}}}"}}"""));

    [Theory]
    [InlineData("-1", 64)]
    [InlineData("1073741825", 64)]
    [InlineData("9223372036854775807", 64)]
    [InlineData("99999999999999999999", 64)]
    [InlineData("3", 63)]
    [InlineData("3", 65)]
    public void FromJson_WrongLengthOrHash_Throws(string bytes, int digits) => Refused(json =>
        json["files"] = JsonNode.Parse($$$"""{"encoder.onnx":{"bytes":{{{bytes}}},"sha256":"{{{new string('0', digits)}}}"}}"""));

    [Fact]
    public void FromJson_BytesThatAreNotUtf8_Throws()
    {
        var json = Encoding.UTF8.GetBytes(Full.ToJson());
        json[Encoding.UTF8.GetString(json).IndexOf("photo", StringComparison.Ordinal)] = 0xff;
        Hostile.AssertRefused(() => ModelManifest.FromJson(json));
    }

    [Fact]
    public void FromJson_EveryPrefix_Throws()
    {
        var json = Encoding.UTF8.GetBytes(Full.ToJson().TrimEnd());
        for (var length = 0; length < json.Length; length++)
            Hostile.AssertRefused(() => ModelManifest.FromJson(json.AsSpan(0, length)));
    }

    [Fact]
    public void FromJson_TenThousandBitFlips_ReadsOrThrowsModelFormatException()
    {
        var json = Encoding.UTF8.GetBytes(Full.ToJson());
        var random = new Random(7);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var flipped = (byte[])json.Clone();
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                ModelManifest.FromJson(flipped);
                read++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(read, 100, 9900);
        Assert.InRange(refused, 100, 9900);
    }

    [Fact]
    public void Load_SavedManifest_IsRead()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder[ModelManifest.FileName], Full.ToJson());
        Assert.Equal(Full.ToJson(), ModelManifest.Load(folder.Path).ToJson());
    }

    [Fact]
    public void Load_BrokenManifest_NamesTheFileWhateverTheFolderIsCalled()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a"]);
        File.WriteAllText(Path.Combine(folder["a"], ModelManifest.FileName), "{");
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), folder["a"]);
        foreach (var name in new[] { folder["a"], folder["a"] + "/", relative })
            Assert.StartsWith(Path.Combine(name, ModelManifest.FileName) + ": ", Hostile.AssertRefused(() => ModelManifest.Load(name)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MissingOrHugeManifest_Throws()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(folder.Path, Hostile.AssertRefused(() => ModelManifest.Load(folder.Path)).Message, StringComparison.Ordinal);
        Hostile.AssertRefused(() => ModelManifest.Load(folder["missing"]));

        using (var stream = File.Create(folder[ModelManifest.FileName])) stream.SetLength(1L << 32);
        Hostile.AssertRefused(() => ModelManifest.Load(folder.Path));
    }

    [Fact]
    public void ReadFile_TheFileThatWasHashed_GivesItsContent()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder[ModelManifest.EncoderFileName], Encoder);
        Assert.Equal(Encoder, Full.ReadFile(folder.Path, ModelManifest.EncoderFileName));
    }

    [Fact]
    public void ReadFile_MissingChangedOrUnnamed_ThrowsAndNamesIt()
    {
        using var folder = new TemporaryFolder();
        var path = folder[ModelManifest.EncoderFileName];
        AssertRefused(ModelManifest.EncoderFileName, "missing");

        File.WriteAllBytes(path, [1, 2]);
        AssertRefused(ModelManifest.EncoderFileName, "expected 3 bytes, got 2");

        File.WriteAllBytes(path, [1, 2, 4]);
        AssertRefused(ModelManifest.EncoderFileName, "SHA-256");

        using (var stream = File.Create(path)) stream.SetLength(1L << 32);
        AssertRefused(ModelManifest.EncoderFileName, "got 4294967296");

        AssertRefused(ModelManifest.DecoderFileName, "does not name");

        void AssertRefused(string name, string expected)
        {
            var error = Hostile.AssertRefused(() => Full.ReadFile(folder.Path, name));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    private static void Refused(Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(Full.ToJson())!.AsObject();
        edit(json);
        var bytes = Encoding.UTF8.GetBytes(json.ToJsonString());
        Hostile.AssertRefused(() => ModelManifest.FromJson(bytes));
    }
}
