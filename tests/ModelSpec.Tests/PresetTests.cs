using System.Text.Json;
using System.Text.Json.Nodes;
using VqVae.TestSupport;

namespace VqVae.Models.Tests;

public class PresetTests
{
    public static TheoryData<string> Names => [.. Preset.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Preset_Each_IsValidAndFoundByName(string name)
    {
        var preset = Preset.Find(name);
        Assert.Equal(name, preset.Name);
        preset.Model.Validate();
        preset.Training.Validate(preset.Model);
        Assert.False(string.IsNullOrWhiteSpace(preset.Description));
        Assert.Contains($"\"name\": \"{name}\"", preset.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Preset_FileOfEach_IsWhatShowPrints(string name)
    {
        var file = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "src", "ModelSpec", "Presets", name + ".json"));
        Assert.Equal(Preset.Find(name).ToJson().ReplaceLineEndings("\n") + "\n", file);
    }

    [Fact]
    public void All_BeginsWithTheDefaultAndHasEveryFile()
    {
        Assert.Equal(["photo", "small", "celeba"], Preset.All.Take(3).Select(p => p.Name));
        var files = Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, "src", "ModelSpec", "Presets"), "*.json").Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(files.Order(StringComparer.Ordinal), Preset.All.Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Celeba_IsTheDefaultsOfTheSpecs()
    {
        Assert.Equal(new ModelSpec(), Preset.Celeba.Model);
        Assert.Equal(new TrainingSpec(), Preset.Celeba.Training);
    }

    [Fact]
    public void Find_UnknownName_ListsThoseThatExist()
    {
        var error = Assert.Throws<ArgumentException>(() => Preset.Find("large"));
        foreach (var preset in Preset.All) Assert.Contains(preset.Name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Celeba_IsThePlainVqVaeThatMustStayReproducible()
    {
        var (model, training) = (Preset.Celeba.Model, Preset.Celeba.Training);
        Assert.Equal(Architecture.VqVae, model.Architecture);
        Assert.Equal((3, 256, 128, 4, 4), (model.InputChannels, model.Hidden, model.EmbeddingDim, model.EncoderBlocks, model.DecoderBlocks));
        Assert.Equal((512, 1, 4), (model.Codes, model.Stages, model.Stride));
        Assert.Equal((128, SampleMode.Resize), (training.ImageSize, training.SampleMode));
        Assert.Equal(2.25e-4, training.LearningRate);
        Assert.Equal((0.25, 1.0), (training.CodebookWeight, training.CommitmentWeight));
        Assert.Equal(CodebookLearning.Gradient, training.CodebookLearning);
    }

    [Fact]
    public void Small_IsACodecOfFourResidualLevels()
    {
        var (model, training) = (Preset.Small.Model, Preset.Small.Training);
        Assert.Equal((Architecture.Klt, 8, 4, 512), (model.Architecture, model.Stride, model.Stages, model.Codes));
        Assert.Equal(CodebookLearning.Ema, training.CodebookLearning);
        Assert.True(training.StageDropout);
        Assert.True(training.RestartThreshold > 0);
    }

    [Fact]
    public void ComputeCost_OfSmall_IsTheSumDoneByHandAndWithinBounds()
    {
        // One 8×8 patch is 64 pixels; the refinement runs on 2×2 pixels.
        const double Klt = 64 * (8 * 8 * 3);
        const double Stem = 128 * (8 * 8 * 3);
        const double Block = 2.0 * (128 * 128 * 9);
        const double Head = 64 * 128;
        const double Search = 4 * 512 * 64;
        const double Encoder = (Klt + Stem + (2 * Block) + Head + Search) / 64;

        const double InverseKlt = 192 * 64;
        const double DecoderStem = 128 * 64 * 9;
        const double Expand = (32 - 12) * 16 * 128;
        const double Refine = (32 * 32 * 9) + (2 * 32 * 32 * 9) + (12 * 32 * 9);
        const double Decoder = ((InverseKlt + DecoderStem + (3 * Block) + Expand) / 64) + (Refine / 4);

        var cost = ComputeCost.Of(Preset.Small.Model);

        Assert.Equal(Encoder, cost.Encoder, 6);
        Assert.Equal(Decoder, cost.Decoder, 6);
        Assert.InRange(cost.Encoder, 1, 15_000);
        Assert.InRange(cost.Decoder, 1, 30_000);
    }

    [Fact]
    public void ComputeCost_OfCeleba_IsTheSumDoneByHand()
    {
        // The two strided convolutions run at 1/4 and 1/16 of the pixels, all else at 1/16; the decoder mirrors it.
        const double Down = (256.0 * 3 * 16 / 4) + (256.0 * 256 * 16 / 16);
        const double Blocks = 4 * ((256.0 * 256 * 9) + (256.0 * 256)) / 16;
        const double Head = 256.0 * 128 / 16;
        const double Networks = Down + Blocks + Head;
        const double Search = 512.0 * 128 / 16;

        var cost = ComputeCost.Of(Preset.Celeba.Model);

        Assert.Equal(Networks + Search, cost.Encoder, 6);
        Assert.Equal(Networks, cost.Decoder, 6);

        // Two operations a multiply-accumulate: the figure that this model is known by.
        Assert.InRange(2 * cost.Decoder, 467_000, 481_000);
    }

    [Theory]
    [InlineData("small")]
    [InlineData("photo")]
    public void ComputeCost_OfSeveralRatePoints_IsThatOfOne(string preset)
    {
        // A rate point adds codebooks, of which one is searched, and biases.
        var model = Preset.Find(preset).Model;
        Assert.Equal(ComputeCost.Of(model with { RateLambdas = null }), ComputeCost.Of(model with { RateLambdas = [400, 200, 100] }));
    }

    [Fact]
    public void Preset_AsJson_IsReadBackAsItWas()
    {
        foreach (var preset in Preset.All)
            Assert.Equal(preset, JsonSerializer.Deserialize(preset.ToJson(), ModelJson.Default.Preset));
    }

    [Fact]
    public void Preset_AnyKeyOfItsJsonLeftOut_IsAnErrorThatNamesIt()
    {
        foreach (var part in new[] { null, "model", "training" })
        {
            foreach (var (key, _) in Part(JsonNode.Parse(Preset.Small.ToJson())!))
            {
                var without = JsonNode.Parse(Preset.Small.ToJson())!;
                Part(without).Remove(key);
                var error = Assert.Throws<JsonException>(() => without.Deserialize(ModelJson.Default.Preset));
                Assert.Contains($"'{key}'", error.Message, StringComparison.Ordinal);
            }

            JsonObject Part(JsonNode json) => (part is null ? json : json[part]!).AsObject();
        }
    }

    [Fact]
    public void TrainingSpec_OutOfRange_ThrowsWithTheName()
    {
        var model = new ModelSpec();
        var good = new TrainingSpec();
        (string What, TrainingSpec Spec)[] bad =
        [
            ("image size", good with { ImageSize = 0 }), ("image size", good with { ImageSize = 126 }), ("image size", good with { ImageSize = 4100 }),
            ("batch", good with { Batch = 0 }), ("steps", good with { Steps = 0 }),
            ("learning rate", good with { LearningRate = 0 }), ("learning rate", good with { LearningRate = double.NaN }),
            ("learning rate", good with { LearningRate = double.PositiveInfinity }),
            ("warm-up steps", good with { WarmupSteps = -1 }), ("weight decay", good with { WeightDecay = -1 }),
            ("gradient clip", good with { GradientClip = double.NaN }), ("codebook weight", good with { CodebookWeight = -0.1 }),
            ("commitment weight", good with { CommitmentWeight = double.PositiveInfinity }),
            ("EMA decay", good with { EmaDecay = 1 }), ("EMA decay", good with { EmaDecay = double.NaN }),
            ("encoder start", good with { EncoderStart = 1.1 }), ("encoder rate", good with { EncoderRate = 0 }), ("encoder rate", good with { EncoderRate = 2 }),
            ("rate weight", good with { RateWeight = -1 }), ("rate weight", good with { RateWeight = 1 }), ("balance rates", good with { BalanceRates = true }),
            ("restart threshold", good with { RestartThreshold = 1 }), ("restart threshold", good with { RestartThreshold = -0.1 }),
        ];
        good.Validate(model);
        foreach (var (what, spec) in bad)
            Assert.StartsWith(what, Assert.Throws<ArgumentException>(() => spec.Validate(model)).Message, StringComparison.Ordinal);
    }
}
