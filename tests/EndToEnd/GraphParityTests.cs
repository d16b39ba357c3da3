using VqVae.Exporter;
using VqVae.Exporter.Verification;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;
using VqVae.Trainer.Models;
using static TorchSharp.torch;

namespace VqVae.EndToEnd;

/// <summary>The exported graphs against the trainer's own networks and search in libtorch, on random weights and sizes.</summary>
public class GraphParityTests
{
    private const int Samples = 20;

    private static readonly float[] Lambdas = [0, 300, 5000];

    /// <summary>Every architecture and quantizer; those of one plane with residual levels, and in luma as well.</summary>
    public static TheoryData<string, int> Models => new()
    {
        { "klt", 3 },
        { "klt", 1 },
        { "vqvae", 3 },
        { "vqvae", 1 },
        { "vqvae2", 3 },
        { "luma_chroma", 3 },
        { "fsq", 3 },
        { "groups", 3 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Graphs_RandomWeightsAndSizes_GiveTheTrainersResults(string model, int channels)
    {
        var spec = RandomCheckpoint.Tiny[model] with { InputChannels = channels };
        if (model == "vqvae") spec = spec with { Stages = 3 };
        using var folder = new TemporaryFolder();
        RandomCheckpoint.Save(spec, seed: 100 + channels, folder.Path);
        var checkpoint = Checkpoint.Load(folder[Checkpoint.FileName]);
        var samples = TrainerResults(checkpoint, new Random(channels));
        Assert.Equal(Lambdas, samples.Select(s => s.Lambda).Distinct().Order());
        Assert.Equal([1, 2, 3], samples.Select(s => s.Batch).Distinct().Order());
        Assert.Equal(Enumerable.Range(0, spec.RatePoints), samples.Select(s => s.Rate).Distinct().Order());

        ModelExporter.Export(folder.Path, folder["model"], new ExportOptions { Unverified = true });
        using var graphs = ModelGraphs.Load(folder["model"], new VqCodecOptions { Device = VqDevice.Cpu });
        var report = GraphVerifier.Verify(graphs, checkpoint, samples, CancellationToken.None);

        Assert.True(report.Failure is null, report.Failure);
        Assert.Equal(Samples, report.Samples);
        Assert.Equal(Enumerable.Range(1, spec.MostStages), report.Bytes.Select(b => b.Stages));
        Assert.Equal(samples.Sum(s => (long)s.Planes.Sum(p => p.Indices.Length)), report.AllIndices);
        Assert.InRange(report.IndicesCompared, report.AllIndices * 99 / 100, report.AllIndices);
        Assert.InRange(report.BytesEqual, report.AllBytes * 999 / 1000, report.AllBytes);
    }

    [Fact]
    public void Search_RandomWeights_DependsOnLambda()
    {
        using var folder = new TemporaryFolder();
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 7, folder.Path);
        using var model = Autoencoder.Load(Checkpoint.Load(folder[Checkpoint.FileName]), CPU);
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var images = PixelTensors.ToInput(tensor(DrawnImage.Rgb(64, 64, 7)).view(1, 64, 64, 3), 3);
        var found = Lambdas.Select(lambda => model.EncodeIndices(images, 0, lambda)[0].data<long>().ToArray()).ToList();
        Assert.NotEqual(found[0], found[1]);
        Assert.NotEqual(found[1], found[2]);
    }

    private static List<ParitySample> TrainerResults(Checkpoint checkpoint, Random random)
    {
        var spec = checkpoint.Spec;
        using var model = Autoencoder.Load(checkpoint, CPU);
        using var gradients = no_grad();
        var samples = new List<ParitySample>();
        for (var number = 0; number < Samples; number++)
        {
            using var scope = NewDisposeScope();
            var (n, height, width) = (random.Next(1, 4), random.Next(1, 9) * spec.LargestStride, random.Next(1, 9) * spec.LargestStride);
            var (lambda, rate) = (Lambdas[random.Next(Lambdas.Length)], number % spec.RatePoints);
            var images = Enumerable.Range(0, n).SelectMany(_ => DrawnImage.Rgb(width, height, random.Next())).ToArray();
            var found = model.Search(PixelTensors.ToInput(tensor(images).view(n, height, width, 3), spec.InputChannels), rate, lambda);
            var reconstructions = Enumerable.Range(1, spec.MostStages)
                .ToDictionary(stages => stages, stages => PixelTensors.ToPixels(model.DecodeIndices([.. found.Select(f => f.Indices)], stages, rate)).data<byte>().ToArray());
            var planes = found.Select(f => new ParityPlane(f.Indices.to(ScalarType.Int32).data<int>().ToArray(), f.Gaps.data<float>().ToArray())).ToArray();
            samples.Add(new ParitySample(number, images, n, height, width, lambda, rate, planes, reconstructions));
        }

        return samples;
    }
}
