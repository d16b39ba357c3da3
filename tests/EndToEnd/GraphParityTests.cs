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

    public static TheoryData<Architecture, int> Models => new()
    {
        { Architecture.Klt, 3 },
        { Architecture.Klt, 1 },
        { Architecture.VqVae, 3 },
        { Architecture.VqVae, 1 },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Graphs_RandomWeightsAndSizes_GiveTheTrainersResults(Architecture architecture, int channels)
    {
        var spec = (architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae) with { InputChannels = channels, Stages = 3 };
        using var folder = new TemporaryFolder();
        RandomCheckpoint.Save(spec, seed: 100 + channels, folder.Path);
        var checkpoint = Checkpoint.Load(folder[Checkpoint.FileName]);
        var samples = TrainerResults(checkpoint, new Random(channels));
        Assert.Equal(Lambdas, samples.Select(s => s.Lambda).Distinct().Order());
        Assert.Equal([1, 2, 3], samples.Select(s => s.Batch).Distinct().Order());

        ModelExporter.Export(folder.Path, folder["model"], new ExportOptions { Unverified = true });
        using var graphs = ModelGraphs.Load(folder["model"], new VqCodecOptions { Device = VqDevice.Cpu });
        var report = GraphVerifier.Verify(graphs, checkpoint, samples, CancellationToken.None);

        Assert.True(report.Failure is null, report.Failure);
        Assert.Equal(Samples, report.Samples);
        Assert.Equal([1, 2, 3], report.Bytes.Select(b => b.Stages));
        Assert.Equal(samples.Sum(s => (long)s.Planes.Sum(p => p.Indices.Length)), report.AllIndices);
        Assert.InRange(report.IndicesCompared, report.AllIndices * 99 / 100, report.AllIndices);
        Assert.InRange(report.BytesEqual, report.AllBytes * 999 / 1000, report.AllBytes);
    }

    [Fact]
    public void Search_RandomWeights_DependsOnLambda()
    {
        using var folder = new TemporaryFolder();
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 7, folder.Path);
        using var model = Load(Checkpoint.Load(folder[Checkpoint.FileName]));
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var latents = model.Encode(PixelTensors.ToInput(tensor(DrawnImage.Rgb(64, 64, 7)).view(1, 64, 64, 3), 3));
        var found = Lambdas.Select(lambda => model.Quantizer.Search(latents, lambda).Indices.data<long>().ToArray()).ToList();
        Assert.NotEqual(found[0], found[1]);
        Assert.NotEqual(found[1], found[2]);
    }

    private static List<ParitySample> TrainerResults(Checkpoint checkpoint, Random random)
    {
        var spec = checkpoint.Spec;
        using var model = Load(checkpoint);
        using var gradients = no_grad();
        var samples = new List<ParitySample>();
        for (var number = 0; number < Samples; number++)
        {
            using var scope = NewDisposeScope();
            var (n, height, width) = (random.Next(1, 4), random.Next(1, 13) * spec.Stride, random.Next(1, 13) * spec.Stride);
            var lambda = Lambdas[random.Next(Lambdas.Length)];
            var images = Enumerable.Range(0, n).SelectMany(_ => DrawnImage.Rgb(width, height, random.Next())).ToArray();
            var latents = model.Encode(PixelTensors.ToInput(tensor(images).view(n, height, width, 3), spec.InputChannels));
            var (indices, gaps) = model.Quantizer.Search(latents, lambda);
            var reconstructions = Enumerable.Range(1, spec.Stages)
                .ToDictionary(stages => stages, stages => PixelTensors.ToPixels(model.DecodeIndices(indices, stages)).data<byte>().ToArray());
            var plane = new ParityPlane(indices.to(ScalarType.Int32).data<int>().ToArray(), gaps.data<float>().ToArray());
            samples.Add(new ParitySample(number, images, n, height, width, lambda, [plane], reconstructions));
        }

        return samples;
    }

    /// <summary>The trainer's model with a checkpoint's values.</summary>
    private static Autoencoder Load(Checkpoint checkpoint)
    {
        var model = new Autoencoder(checkpoint.Spec, CodebookLearning.Ema);
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, value) in model.NamedTensors()) value.copy_(tensor(checkpoint.Values(name).ToArray()).view(value.shape));
        return model;
    }
}
