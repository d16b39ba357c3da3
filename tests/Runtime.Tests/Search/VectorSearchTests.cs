using CsCheck;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests.Search;

/// <summary>The search for codes outside of the graph.</summary>
public sealed class VectorSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Models => [.. RandomCheckpoint.Tiny.Keys.Where(name => name != "vqvae2")];

    [Theory]
    [MemberData(nameof(Models))]
    public void Run_StageByStage_FindsWhatTheGraphFinds(string name)
    {
        using var codec = Load(name);
        var spec = codec.Manifest.Spec;
        var rgb = DrawnImage.Rgb(96, 64, seed: 3);
        for (var rate = 0; rate < spec.RatePoints; rate++)
        {
            foreach (var lambda in (float[])[0, 150, 2000])
            {
                var latents = Latents(codec, rgb, 96, 64, rate);
                var graph = codec.Graphs.Encode(rgb, 1, 64, 96, rate, lambda);
                for (var p = 0; p < spec.Planes.Count; p++)
                {
                    var found = Search(new VectorSearch(codec.Graphs.Search!, p, rate, int.MaxValue, lambda, joint: false), latents[p], spec.Latents[p].Dimension);

                    // Sums in another order break ties another way.
                    Assert.InRange(graph[p].Zip(found).Count(pair => pair.First != pair.Second), 0, graph[p].Length / 200);
                }
            }
        }
    }

    [Theory]
    [InlineData("klt")]
    [InlineData("groups")]
    [InlineData("luma_chroma")]
    public void Run_Jointly_CostsNoMoreThanStageByStageAndLessSomewhere(string name)
    {
        using var codec = Load(name);
        var spec = codec.Manifest.Spec;
        var latents = Latents(codec, DrawnImage.Rgb(128, 128, seed: 5), 128, 128, 0);
        var (better, worse) = (0, 0);
        for (var p = 0; p < spec.Planes.Count; p++)
        {
            var layout = spec.Latents[p];
            foreach (var lambda in (double[])[0, 500])
            {
                var alone = Costs(codec, p, latents[p], Search(new VectorSearch(codec.Graphs.Search!, p, 0, int.MaxValue, lambda, joint: false), latents[p], layout.Dimension), lambda);
                var joint = Costs(codec, p, latents[p], Search(new VectorSearch(codec.Graphs.Search!, p, 0, int.MaxValue, lambda, joint: true), latents[p], layout.Dimension), lambda);
                better += alone.Zip(joint).Count(pair => pair.Second < pair.First - 1e-4);
                worse += alone.Zip(joint).Count(pair => pair.Second > pair.First + 1e-4);
                Assert.True(joint.Sum() <= alone.Sum(), $"plane {p}, lambda {lambda}: {joint.Sum()} against {alone.Sum()}");
            }
        }

        // A beam may lose the path that the greedy search takes, but seldom.
        Assert.True(better > 0 && worse * 20 < better, $"{better} positions got better, {worse} worse");
    }

    [Fact]
    public void Run_JointlyInTwoStagesOfFewCodes_FindsTheBestOfAllPairs()
    {
        // As many paths are kept as the first stage has codes, so nothing is lost.
        using var codec = Load(RandomCheckpoint.TinyKlt with { Stages = 2, Codes = VectorSearch.BeamWidth });
        var latents = Latents(codec, DrawnImage.Rgb(64, 64, seed: 8), 64, 64, 0)[0];
        const double lambda = 300;
        var found = Costs(codec, 0, latents, Search(new VectorSearch(codec.Graphs.Search!, 0, 0, 2, lambda, joint: true), latents, 8), lambda);
        var positions = latents.Length / 8;
        var best = Enumerable.Repeat(double.MaxValue, positions).ToArray();
        for (var first = 0; first < VectorSearch.BeamWidth; first++)
        {
            for (var second = 0; second < VectorSearch.BeamWidth; second++)
            {
                int[] pair = [.. Enumerable.Repeat(first, positions), .. Enumerable.Repeat(second, positions)];
                var costs = Costs(codec, 0, latents, pair, lambda);
                for (var i = 0; i < positions; i++) best[i] = Math.Min(best[i], costs[i]);
            }
        }

        for (var i = 0; i < positions; i++) Assert.Equal(best[i], found[i], 1e-3);
    }

    [Fact]
    public void Run_AnyNumberOfVectorsAtATime_FindsTheSame()
    {
        using var codec = Load("groups");
        var latents = Latents(codec, DrawnImage.Rgb(64, 64, seed: 9), 64, 64, 0)[0];
        var search = new VectorSearch(codec.Graphs.Search!, 0, 0, 4, 100, joint: true);
        var whole = Search(search, latents, 8);
        Gen.Int[1, 64].Sample(
            count =>
            {
                var part = Search(search, latents[..(count * 8)], 8);
                for (var stage = 0; stage < 4; stage++) Assert.Equal(whole.AsSpan(stage * 64, count), part.AsSpan(stage * count, count));
            },
            iter: 30,
            seed: "0000000000003");
    }

    [Fact]
    public void Compress_BestEffort_GivesTheSameInWindowsAndOnThreads()
    {
        using var codec = Load("klt");
        using var windows = VqCodec.Load(_folder["klt"], new VqCodecOptions { Device = VqDevice.Cpu, WindowPixels = 128 * 128, Threads = 3 });
        var rgb = DrawnImage.Rgb(301, 233, seed: 4);
        var options = new VqCompressOptions { Effort = VqEffort.Best };
        var (whole, parts) = (VqBytes.Read(codec.Compress(rgb, 301, 233, options: options), codec.Manifest)[0], VqBytes.Read(windows.Compress(rgb, 301, 233, options: options), codec.Manifest)[0]);
        Assert.InRange(whole.Zip(parts).Count(pair => pair.First != pair.Second), 0, whole.Length / 500);
        Assert.NotEqual(whole, VqBytes.Read(codec.Compress(rgb, 301, 233), codec.Manifest)[0]);
        Assert.Equal(0, windows.BufferedBytes);
    }

    [Fact]
    public void Load_EncoderWithoutLatents_HasNoSearchButCompressesAtBestEffort()
    {
        using var codec = Load("vqvae2");
        Assert.Null(codec.Graphs.Search);
        var rgb = DrawnImage.Rgb(40, 40, seed: 1);
        Assert.Equal(codec.Compress(rgb, 40, 40), codec.Compress(rgb, 40, 40, options: new VqCompressOptions { Effort = VqEffort.Best }));
    }

    private VqCodec Load(string name) => Load(RandomCheckpoint.Tiny[name], name);

    private VqCodec Load(ModelSpec spec, string name = "own") => VqCodec.Load(TinyModel.Export(spec, seed: 2, _folder, name), new VqCodecOptions { Device = VqDevice.Cpu });

    private static float[][] Latents(VqCodec codec, byte[] rgb, int width, int height, int rate)
    {
        var spec = codec.Manifest.Spec;
        var latents = spec.Latents.Select(layout => new float[width / layout.Plane.Stride * (height / layout.Plane.Stride) * layout.Dimension]).ToArray();
        codec.Graphs.EncodeLatents(rgb, 1, height, width, rate, latents.Select(l => l.AsMemory()).ToArray(), CancellationToken.None);
        return latents;
    }

    private static int[] Search(VectorSearch search, float[] latents, int dimension)
    {
        var indices = new int[search.Stages * latents.Length / dimension];
        search.Run(latents, indices, new VectorSearch.Scratch(search.Stages));
        return indices;
    }

    /// <summary>‖z − Σe‖² + λ·Σ length of each position, summed in double precision.</summary>
    private static double[] Costs(VqCodec codec, int plane, float[] latents, int[] indices, double lambda)
    {
        var layout = codec.Manifest.Spec.Latents[plane];
        var positions = latents.Length / layout.Dimension;
        var costs = new double[positions];
        for (var i = 0; i < positions; i++)
        {
            double[] rest = [.. latents.AsSpan(i * layout.Dimension, layout.Dimension)];
            for (var stage = 0; stage < indices.Length / positions; stage++)
            {
                var codes = codec.Graphs.Search!.Stage(plane, 0, stage);
                var index = indices[(stage * positions) + i];
                var code = codes.Code(index);
                for (var j = 0; j < code.Length; j++) rest[layout.Range(stage).Start + j] -= code[j];

                // A bias less the same without λ is λ · length.
                costs[i] += codes.Biases((float)lambda)[index] - codes.Biases(0)[index];
            }

            costs[i] += rest.Sum(x => x * x);
        }

        return costs;
    }
}
