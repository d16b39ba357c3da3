using TorchSharp;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class LoadedBatchTests
{
    [Fact]
    public void ToTensor_OnTheCpu_IsTheBufferAndLeavesNothingBehind()
    {
        using var folder = new TemporaryFolder();
        VipsImages.WritePng(folder["a.png"], DrawnImage.Rgb(30, 20, 1), 30, 20);
        var source = new SampleSource(folder.Path, ["a.png"], new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop }, 5, augment: true, 0);

        // What earlier tests left to the garbage collector must not go while this one counts.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        using (var loader = new BatchLoader(source, 2, firstStep: 0, threads: 1, ahead: 2))
        {
            for (var step = 0; step < 5; step++)
            {
                using var scope = torch.NewDisposeScope();
                using var batch = loader.Next();
                var tensor = batch.ToTensor(torch.CPU);
                Assert.Equal([2, 16, 16, 3], tensor.shape);
                Assert.Equal(source.MakeBatch(step, 2), tensor.data<byte>().ToArray());
                batch.Bytes[7] ^= 1;
                Assert.Equal(batch.Bytes.ToArray(), tensor.data<byte>().ToArray());
            }
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
    }
}
