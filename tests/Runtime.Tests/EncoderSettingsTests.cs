using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

/// <summary>How options and model become what the encoder does.</summary>
public class EncoderSettingsTests
{
    private static readonly ModelManifest Plain = VqBytes.Manifest with { Name = "plain", RatePoints = 2, Spec = RandomCheckpoint.TinyGroups, Planes = RandomCheckpoint.TinyGroups.Planes };

    private static readonly ModelManifest Mapped = Plain with
    {
        Quality = new QualityMap { Default = 70, Levels = [.. Enumerable.Range(1, 100).Select(q => new QualityLevel(q > 50 ? 1 : 0, q > 50 ? 4 : 2, 1000 - (9 * q), q, 0.01 * q))] },
    };

    [Fact]
    public void Of_NothingGiven_IsTheModelsDefaultQuality() => Assert.Equal((1, 4, 370.0), Choice(new(), Mapped));

    [Fact]
    public void Of_Quality_IsItsLevel() => Assert.Equal((0, 2, 910.0), Choice(new() { Quality = 10 }, Mapped));

    [Fact]
    public void Of_Target_BeginsAtTheHighestQuality() => Assert.Equal((1, 4, 100.0), Choice(new() { Target = VqTarget.Bytes(5) }, Mapped));

    [Fact]
    public void Of_ExpertOptions_LeaveTheQualitiesAlone()
    {
        Assert.Equal((0, 3, 400.0), Choice(new() { Stages = 3 }, Mapped));
        Assert.Equal((1, 4, 100.0), Choice(new() { RatePoint = 1 }, Mapped));
        Assert.Equal((0, 4, 0.0), Choice(new() { Lambda = 0 }, Mapped));
    }

    [Fact]
    public void Of_ModelWithoutQualities_UsesAllStagesAtTheRatePointsOwnLambda() => Assert.Equal((0, 4, 400.0), Choice(new(), Plain));

    [Fact]
    public void Of_Effort_ChoosesSearchAndMode()
    {
        var coders = new CoderSet(Mapped, (_, _) => new RawCoder(Mapped.Planes));
        Assert.Equal((false, VqEntropyMode.Fast), Effort(VqEffort.Fast));
        Assert.Equal((false, VqEntropyMode.Dense), Effort(VqEffort.Normal));
        Assert.Equal((true, VqEntropyMode.Dense), Effort(VqEffort.Best));
        Assert.Equal(VqEntropyMode.Raw, EncoderSettings.Of(new() { Effort = VqEffort.Best, EntropyMode = VqEntropyMode.Raw }, Mapped, coders).Mode);

        (bool, VqEntropyMode) Effort(VqEffort effort)
        {
            var settings = EncoderSettings.Of(new() { Effort = effort }, Mapped, coders);
            return (settings.Joint, settings.Mode);
        }
    }

    [Fact]
    public void Of_Contradictions_AreRefused()
    {
        Refused("quality: expected 1 to 100, got 0", new() { Quality = 0 });
        Refused("quality: expected 1 to 100, got 101", new() { Quality = 101 });
        Refused("quality: it stands for a rate point, a lambda and a number of stages", new() { Quality = 5, Lambda = 0 });
        Refused("quality: a target is searched among the qualities", new() { Quality = 5, Target = VqTarget.Psnr(30) });
        Refused("target: it is searched among the qualities", new() { Stages = 1, Target = VqTarget.Psnr(30) });
        Refused("effort: expected Fast, Normal, Best, got 9", new() { Effort = (VqEffort)9 });
        Refused("quality: the model 'plain' has no quality map", new() { Quality = 5 }, Plain);
        Refused("target: the model 'plain' has no quality map", new() { Target = VqTarget.BitsPerPixel(0.5) }, Plain);

        static void Refused(string start, VqCompressOptions options, ModelManifest? model = null) =>
            Assert.StartsWith(start, Assert.Throws<ArgumentException>(() => Choice(options, model ?? Mapped)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Target_ImpossibleValues_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => VqTarget.Bytes(0));
        foreach (var value in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => VqTarget.BitsPerPixel(value));
            Assert.Throws<ArgumentOutOfRangeException>(() => VqTarget.Psnr(value));
        }
    }

    private static (int RatePoint, int Stages, double Lambda) Choice(VqCompressOptions options, ModelManifest model)
    {
        var settings = EncoderSettings.Of(options, model, new CoderSet(model, null));
        return (settings.RatePoint, settings.Stages, settings.Lambda);
    }
}
