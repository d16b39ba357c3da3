using CsCheck;
using VqVae.Models;

namespace VqVae.Runtime.Tests;

public class WindowPlannerTests
{
    private static readonly int[] Alignments = [2, 4, 8, 16, 32];

    /// <summary>An axis, a wanted part of it, a halo and a window's size, all multiples of one number.</summary>
    private static readonly Gen<(int Length, int From, int To, int Halo, int Size, int Alignment)> Axes =
        from alignment in Gen.Int[0, 4].Select(i => Alignments[i])
        from length in Gen.Int[1, 600]
        from a in Gen.Int[0, length - 1]
        from b in Gen.Int[a + 1, length]
        from halo in Gen.Int[0, 9]
        from core in Gen.Int[1, 40]
        select (length * alignment, a * alignment, b * alignment, halo * alignment, ((2 * halo) + core) * alignment, alignment);

    [Fact]
    public void Axis_AnyPart_IsTiledByCoresWhoseWindowsSeeTheHaloOrTheEdge() => Axes.Sample(
        (length, from, to, halo, size, alignment) =>
        {
            var axis = new WindowAxis(length, from, to, halo, size);
            var next = from;
            var largest = 0;
            for (var i = 0; i < axis.Count; i++)
            {
                var span = axis[i];
                Assert.Equal(next, span.CoreStart);
                Assert.True(span.CoreEnd > span.CoreStart, $"window {i} contributes nothing");
                Assert.True(span.Start >= 0 && span.Start + axis.Size <= length, $"window {i} leaves the image");
                Assert.True(span.Start == 0 || span.CoreStart - span.Start >= halo, $"window {i} sees too little before its core");
                Assert.True(span.Start + axis.Size == length || span.Start + axis.Size - span.CoreEnd >= halo, $"window {i} sees too little behind its core");
                Assert.Equal((0, 0, 0), (span.Start % alignment, span.CoreStart % alignment, axis.Size % alignment));
                next = span.CoreEnd;
                largest = Math.Max(largest, span.CoreEnd - span.CoreStart);
            }

            Assert.Equal(to, next);
            Assert.Equal(largest, axis.LargestCore);
            Assert.True(axis.Size == size || axis.Count == 1, "several windows are smaller than asked for");
        },
        iter: 20_000,
        threads: 1);

    /// <summary>Needs of models from tiny to heavy.</summary>
    private static readonly Gen<WindowNeeds> AnyNeeds =
        from alignment in Gen.Int[0, 4].Select(i => Alignments[i])
        from halo in Gen.Int[0, 12]
        from bytes in Gen.Double[20, 3000]
        select new WindowNeeds { Alignment = alignment, Halo = halo * alignment, BytesPerPixel = bytes, BytesPerRow = 0, FixedBytes = 1000 };

    [Fact]
    public void Plan_ImagesOfAnySize_CostAtMost15PercentMorePixels() => Gen.Select(AnyNeeds, Gen.Int[1, 4000], Gen.Int[1, 4000]).Sample(
        (needs, columns, rows) =>
        {
            var (width, height) = (columns * needs.Alignment, rows * needs.Alignment);
            var plan = WindowPlanner.Plan(width, height, new VqRegion(0, 0, width, height), needs, long.MaxValue)!;
            Assert.InRange(plan.Overhead, 1, 1.15);
            Assert.Equal((width, height), (plan.X.To, plan.Y.To));
            Assert.Equal(plan.Overhead == 1 || needs.Halo == 0, plan.IsWhole || needs.Halo == 0);
        },
        iter: 2_000,
        threads: 1);

    [Fact]
    public void Plan_LessMemory_TakesSmallerWindowsAndThenNone() => Gen.Select(AnyNeeds, Gen.Int[1, 3000], Gen.Int[1, 3000], Gen.Double[0, 1]).Sample(
        (needs, columns, rows, share) =>
        {
            var (width, height) = (columns * needs.Alignment, rows * needs.Alignment);
            var whole = new VqRegion(0, 0, width, height);
            needs = needs with { BytesPerRow = 6L * width };
            var least = WindowPlanner.LeastMemory(width, height, whole, needs);
            Assert.Null(WindowPlanner.Plan(width, height, whole, needs, least - 1));
            var most = WindowPlanner.Plan(width, height, whole, needs, long.MaxValue)!.Memory;
            foreach (var limit in new[] { least, least + (long)(share * Math.Max(0, most - least)), Math.Max(least, most) })
            {
                var plan = WindowPlanner.Plan(width, height, whole, needs, limit)!;
                Assert.NotNull(plan);
                Assert.InRange(plan.Memory, 1, limit);
                Assert.InRange(plan.Overhead, 1, 4.01);
                Assert.Equal(plan.Memory, needs.Memory(plan.X.Size, plan.Y.Size));
            }
        },
        iter: 1_000,
        threads: 1);

    [Fact]
    public void Plan_ShippedModelAndAHundredMegapixels_IsKnown()
    {
        var plan = Plan(decodes: true, 11_592, 8_696);
        Assert.InRange(plan.X.Size * plan.Y.Size, 2048 * 1024, 2064 * 2064);
        Assert.InRange(plan.Overhead, 1.05, 1.15);
        Assert.InRange(Plan(decodes: false, 11_592, 8_696).Overhead, 1.02, 1.1);

        // A photograph of a phone goes through the encoder in a few windows; one of 2 megapixels is coded whole both ways.
        Assert.True(Plan(decodes: true, 1_920, 1_080).IsWhole);
        Assert.True(Plan(decodes: false, 1_920, 1_080).IsWhole);
    }

    [Fact]
    public void Plan_AsWideAsAnImageCanBe_TakesShortTime()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.InRange(Plan(decodes: true, 1 << 24, 1 << 24, long.MaxValue).Overhead, 1, 1.15);
        Assert.InRange(Plan(decodes: false, 1 << 24, 8, long.MaxValue).Overhead, 1, 1.15);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 1);
    }

    [Fact]
    public void Plan_PartOfAnImage_SeesThePartAndItsHaloOnly()
    {
        var spec = Preset.Small.Model;
        var needs = Needs(spec, decodes: true, 8_000);
        var plan = WindowPlanner.Plan(8_000, 8_000, new VqRegion(800, 1_600, 1_000, 1_000), needs, long.MaxValue)!;
        Assert.True(plan.IsWhole);
        Assert.Equal((800 - 64, 1_600 - 64), (plan.X[0].Start, plan.Y[0].Start));
        Assert.Equal((1_128, 1_128), (plan.X.Size, plan.Y.Size));

        var corner = WindowPlanner.Plan(8_000, 8_000, new VqRegion(0, 7_000, 8, 1_000), needs, long.MaxValue)!;
        Assert.Equal((0, 7_000 - 64), (corner.X[0].Start, corner.Y[0].Start));
        Assert.Equal((8 + 64, 1_000 + 64), (corner.X.Size, corner.Y.Size));
    }

    private static WindowPlan Plan(bool decodes, int width, int height, long memory = 2L << 30) =>
        WindowPlanner.Plan(width, height, new VqRegion(0, 0, width, height), Needs(Preset.Small.Model, decodes, width), memory)!;

    private static WindowNeeds Needs(ModelSpec spec, bool decodes, int width)
    {
        var (field, cost) = (ReceptiveField.Of(spec), MemoryCost.Of(spec));
        return new WindowNeeds
        {
            Alignment = spec.LargestStride,
            Halo = TinyModel.Up(decodes ? field.Decoder : field.Encoder, spec.LargestStride),
            BytesPerPixel = decodes ? cost.Decoder : cost.Encoder,
            BytesPerRow = 6L * width,
            FixedBytes = 0,
        };
    }
}
