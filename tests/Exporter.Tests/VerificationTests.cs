using VqVae.Exporter.Tests.Reference;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

public sealed class VerificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<Architecture, int> Models => new() { { Architecture.Klt, 3 }, { Architecture.Klt, 1 }, { Architecture.VqVae, 3 } };

    [Theory]
    [MemberData(nameof(Models))]
    public void Export_ResultsOfReferenceImplementation_IsVerified(Architecture architecture, int channels)
    {
        var spec = Tiny(architecture) with { InputChannels = channels };
        ParityFixture.SaveRun(spec, seed: 3, _folder["run"]);

        var result = ModelExporter.Run(_folder["run"], _folder["model"], new ExportOptions(), CancellationToken.None);

        var report = result.Verification!;
        var positions = (2 * 3 * 4) + (1 * 1 * 5);
        Assert.Equal(2, report.Samples);
        Assert.Equal(positions * spec.Stages, report.AllIndices);
        Assert.InRange(report.IndicesCompared, report.AllIndices * 9 / 10, report.AllIndices);
        Assert.Equal(positions * spec.Stride * spec.Stride * 3 * spec.Stages, report.AllBytes);
        Assert.InRange(report.MaxPixelDifference, 0, 1);
        var manifest = ModelManifest.Load(_folder["model"]);
        Assert.True(manifest.Verification.Verified);
        Assert.Equal(report.IndicesCompared, manifest.Verification.IndicesCompared);
        Assert.Equal((double)report.IndicesEqual / report.AllIndices, manifest.Verification.IndexAgreement);
        Assert.Equal(report.Epsilon, manifest.Verification.Epsilon);
        Assert.Equal(report.MaxPixelDifference, manifest.Verification.MaxPixelDifference);
    }

    [Theory]
    [InlineData("encoder.head.weight", "indices differ")]
    [InlineData("encoder.klt.bias", "indices differ")]
    [InlineData("decoder.stem.weight", "decoded bytes differ")]
    [InlineData("decoder.stages.weight", "decoded bytes differ")]
    [InlineData("decoder.refine.head.bias", "decoded bytes differ")]
    public void Export_WeightsChangedAfterParity_IsRefused(string tensor, string message)
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 3, _folder["run"]);
        var original = Checkpoint.Load(Path.Combine(_folder["run"], Checkpoint.FileName));
        var writer = Checkpoint.CreateWriter(original.Spec, null);
        foreach (var entry in ModelTensors.For(original.Spec))
        {
            var values = original.Values(entry.Name).ToArray();
            if (entry.Name == tensor) values = [.. values.Select(v => v + 0.3f)];
            writer.Add<float>(entry.Name, values, [.. entry.Shape.Select(n => (long)n)]);
        }

        writer.Save(Path.Combine(_folder["run"], Checkpoint.FileName));
        var changed = Checkpoint.Load(Path.Combine(_folder["run"], Checkpoint.FileName));

        // Even when the parity file claims to belong to the changed weights.
        ParityFixture.SaveParity(original, _folder["run"], content => content.Id = changed.Id.ToString());

        AssertRefused(message);
    }

    [Fact]
    public void Export_ParityOfOtherModel_IsRefused()
    {
        ParityFixture.SaveRun(RandomCheckpoint.TinyKlt, seed: 3, _folder["run"]);
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 4, _folder["run"]);
        AssertRefused("the samples are of model");
    }

    [Fact]
    public void Export_OneClearIndexChanged_IsRefused() => AssertRefused("1 of ", content =>
    {
        // The last stage: changing an earlier one would excuse the later ones.
        var gaps = content.Values<float>("sample.0.gaps");
        var positions = 3 * 4;
        var clearest = Enumerable.Range(2 * positions, positions).MaxBy(i => gaps[i]);
        content.Values<int>("sample.0.indices")[clearest] ^= 1;
        DropReconstructionsOf(content, stages: 3);
    });

    [Fact]
    public void Export_TiesThatWentTheOtherWay_AreAccepted()
    {
        var checkpoint = SaveCheckpoint();
        ParityFixture.SaveParity(checkpoint, _folder["run"], content =>
        {
            // The first stage of one position: its later stages then search for the rest of another code, and count no more.
            content.Values<int>("sample.0.indices")[0] ^= 1;
            content.Values<float>("sample.0.gaps")[0] = 0;
            DropReconstructionsOf(content, stages: 1);
            DropReconstructionsOf(content, stages: 2);
            DropReconstructionsOf(content, stages: 3);
            content.Tensors["sample.0.reconstruction.1"] = (Decode(checkpoint, content), [2, 24, 32, 3]);
        });

        var report = ModelExporter.Run(_folder["run"], _folder["model"], new ExportOptions(), CancellationToken.None).Verification!;

        Assert.Equal(0, report.IndicesWrong);
        Assert.True(report.IndicesEqual < report.AllIndices);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(1, false)]
    public void Export_OnePixelChanged_IsRefusedOverTolerance(int difference, bool refused)
    {
        var checkpoint = SaveCheckpoint();
        ParityFixture.SaveParity(checkpoint, _folder["run"], content =>
        {
            var bytes = content.Values<byte>("sample.1.reconstruction.2");
            var middle = Array.FindIndex(bytes, b => b is > 20 and < 200);
            bytes[middle] = (byte)(bytes[middle] + difference);
        });

        if (refused) AssertRefused("1 of ");
        else Assert.Equal(1, ModelExporter.Run(_folder["run"], _folder["model"], new ExportOptions(), CancellationToken.None).Verification!.MaxPixelDifference);
    }

    [Fact]
    public void Export_GapsThatMakeEverythingATie_AreRefused() =>
        AssertRefused("proves too little", content =>
        {
            Array.Clear(content.Values<float>("sample.0.gaps"));
            Array.Clear(content.Values<float>("sample.1.gaps"));
        });

    [Fact]
    public void Export_GapsThatMakeAStageATie_AreRefused() =>
        AssertRefused("stage 1 have a clear nearest code, which proves too little; at least 25% must", content =>
        {
            foreach (var (number, batch, positions) in new[] { (0, 2, 12), (1, 1, 5) })
                for (var image = 0; image < batch; image++)
                    content.Values<float>($"sample.{number}.gaps").AsSpan(((3 * image) + 1) * positions, positions).Clear();
        });

    public static TheoryData<string, Func<double, double>> WrongDecoders => new()
    {
        { "rounds down", Math.Floor },
        { "scales with 127", value => Math.Round(value * 127 / 127.5) },
        { "has a bias", value => Math.Round(value + 0.9) },
        { "adds one", value => Math.Round(value) + 1 },
    };

    [Theory]
    [MemberData(nameof(WrongDecoders))]
    public void Export_SystematicErrorWithinTolerance_IsRefused(string mistake, Func<double, double> toByte)
    {
        Assert.NotEmpty(mistake);
        var checkpoint = SaveCheckpoint();
        ParityFixture.SaveParity(checkpoint, _folder["run"], content => Decode(checkpoint, content, toByte));
        AssertRefused("rounding does not explain more than 1%");
    }

    [Fact]
    public void Export_SystematicErrorAtOneNumberOfStages_IsRefused()
    {
        ParityFixture.SaveParity(SaveCheckpoint(), _folder["run"], content =>
        {
            for (var number = 0; number < content.Samples; number++)
            {
                var bytes = content.Values<byte>($"sample.{number}.reconstruction.2");
                for (var i = 0; i < bytes.Length; i++) bytes[i] += (byte)(bytes[i] < 255 ? 1 : 0);
            }
        });
        AssertRefused("bytes decoded from 2 stages are equal");
    }

    [Theory]
    [InlineData("with lambda = 0", 2, 3, 4, 100f)]
    [InlineData("with lambda > 0", 2, 3, 4, 0f)]
    [InlineData("with a batch of more than one image", 1, 3, 4, 0f, 300f)]
    [InlineData("of at least 24 x 24 pixels, which is 3 x 3 positions", 2, 2, 5, 0f, 300f)]
    public void Export_SamplesThatProveTooLittle_AreRefused(string missing, int batch, int height, int width, params float[] lambdas)
    {
        ParityFixture.SaveParity(SaveCheckpoint(), _folder["run"], [.. lambdas.Select(lambda => (batch, height, width, lambda))]);
        AssertRefused($"there is no sample {missing}");
    }

    [Fact]
    public void Export_NumberOfStagesNeverDecoded_IsRefused() =>
        AssertRefused("there is no sample with a reconstruction from 2 stages", content =>
        {
            content.Tensors.Remove("sample.0.reconstruction.2");
            content.Tensors.Remove("sample.1.reconstruction.2");
        });

    [Fact]
    public void Export_OtherFormat_IsRefused() => AssertRefused("expected the format 'vqvae-parity/1', got 'vqvae-parity/2'", c => c.Format = "vqvae-parity/2");

    [Fact]
    public void Export_ParityTensorMissing_IsRefused() => AssertRefused("tensor 'sample.1.gaps' is missing", c => c.Tensors.Remove("sample.1.gaps"));

    [Fact]
    public void Export_NoSample_IsRefused() => AssertRefused("there is no sample", c => c.Tensors.Clear());

    [Fact]
    public void Export_NoReconstruction_IsRefused() =>
        AssertRefused("sample 1 has no reconstruction", c => c.Tensors.Keys.Where(k => k.StartsWith("sample.1.r", StringComparison.Ordinal)).ToList().ForEach(k => c.Tensors.Remove(k)));

    [Fact]
    public void Export_SampleNumberLeftOut_IsRefused() => AssertRefused("tensor 'sample.7.image' is not part", c => c.Tensors["sample.7.image"] = (new byte[1], [1]));

    [Fact]
    public void Export_ImageOfOddSize_IsRefused() => AssertRefused("multiples of 8", c => c.Tensors["sample.0.image"] = (new byte[9 * 8 * 3], [1, 9, 8, 3]));

    [Fact]
    public void Export_WrongType_IsRefused() =>
        AssertRefused("'sample.0.gaps': expected F32, got I32", c => c.Tensors["sample.0.gaps"] = (new int[c.Values<float>("sample.0.gaps").Length], c.Tensors["sample.0.gaps"].Shape));

    [Fact]
    public void Export_WrongShape_IsRefused() => AssertRefused("expected shape [1]", c => c.Tensors["sample.0.lambda"] = (new float[2], [2]));

    [Fact]
    public void Export_IndexOutOfRange_IsRefused() => AssertRefused("expected indices from 0 to 19", c => c.Values<int>("sample.0.indices")[5] = 20);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(-1f)]
    [InlineData(float.PositiveInfinity)]
    public void Export_ImpossibleGap_IsRefused(float gap) => AssertRefused("sample.0.gaps' holds", c => c.Values<float>("sample.0.gaps")[1] = gap);

    [Fact]
    public void Export_ImpossibleLambda_IsRefused() => AssertRefused("sample.1.lambda", c => c.Values<float>("sample.1.lambda")[0] = float.NaN);

    [Fact]
    public void Export_NoParityFile_SaysHowToExportWithout()
    {
        SaveCheckpoint();
        AssertRefused("--unverified");
    }

    private static ModelSpec Tiny(Architecture architecture) => architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae;

    private static byte[] Decode(Checkpoint checkpoint, ParityContent content)
    {
        var indices = content.Values<int>("sample.0.indices");
        var codec = new ReferenceCodec(checkpoint);
        return [.. Enumerable.Range(0, 2).SelectMany(i => ReferenceCodec.ToRgb(codec.Decode(indices.AsMemory(i * 3 * 12, 12), 1, 3, 4)))];
    }

    /// <summary>Replaces all reconstructions by those of a decoder that makes bytes in another way.</summary>
    private static void Decode(Checkpoint checkpoint, ParityContent content, Func<double, double> toByte)
    {
        var (spec, codec) = (checkpoint.Spec, new ReferenceCodec(checkpoint));
        for (var number = 0; number < content.Samples; number++)
        {
            var (indices, shape) = content.Tensors[$"sample.{number}.indices"];
            var (n, h, w) = ((int)shape[0], (int)shape[2], (int)shape[3]);
            var size = indices.Length / n;
            for (var stages = 1; stages <= spec.Stages; stages++)
            {
                var pixels = Enumerable.Range(0, n).Select(i => codec.Decode(((int[])indices).AsMemory(i * size, size), stages, h, w));
                var bytes = pixels.SelectMany(p => ReferenceCodec.ToRgb(FeatureMap.Generate(p.Channels, p.Height, p.Width, (c, y, x) => toByte(p[c, y, x]))));
                content.Tensors[$"sample.{number}.reconstruction.{stages}"] = (bytes.ToArray(), content.Tensors[$"sample.{number}.image"].Shape);
            }
        }
    }

    private static void DropReconstructionsOf(ParityContent content, int stages) => content.Tensors.Remove($"sample.0.reconstruction.{stages}");

    private Checkpoint SaveCheckpoint()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 3, _folder["run"]);
        return Checkpoint.Load(Path.Combine(_folder["run"], Checkpoint.FileName));
    }

    private void AssertRefused(string message, Action<ParityContent> change)
    {
        ParityFixture.SaveParity(SaveCheckpoint(), _folder["run"], change);
        AssertRefused(message);
    }

    private void AssertRefused(string message)
    {
        CommandLineRun.Of(_folder["run"], "--out", _folder["model"]).AssertFails(1, message);
        Assert.Equal([_folder["run"]], Directory.EnumerateFileSystemEntries(_folder.Path));
    }
}
