using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Trainer.Metrics;
using VqVae.Trainer.Models;
using VqVae.Trainer.Native;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Commands;

/// <summary><c>trainer codes</c>.</summary>
internal static class CodesCommand
{
    private const int LargestSide = 4096;
    private const int LargestBatch = 64;

    /// <summary>What the layers of a batch may take, in bytes, by <see cref="MemoryCost"/>.</summary>
    private const double BatchMemory = 1 << 30;

    /// <summary>Encodes a data set.</summary>
    /// <param name="arguments">The options.</param>
    /// <param name="stop">Ends the command; nothing is written then (Ctrl-C).</param>
    /// <returns>The process's exit code.</returns>
    public static int Run(CodesArguments arguments, CancellationToken stop) => Run(arguments, Terminal.OfProcess(), !Console.IsErrorRedirected, stop);

    internal static int Run(CodesArguments arguments, Terminal terminal, bool live, CancellationToken stop)
    {
        var work = Understand(arguments);
        using var codes = new CodesFile(arguments.Out, work.Checkpoint.Spec.Planes, work.Description.ImageSize);
        var unreadable = 0;
        using (var progress = new ProgressLine(terminal.Error, live))
        {
            try
            {
                unreadable = Encode(work, codes, progress, stop);
            }
            catch (OperationCanceledException)
            {
                progress.Say($"trainer: stopped after {codes.Images} of {work.Images.Names.Count} images; nothing was written");
                return ExitCode.Cancelled;
            }
        }

        if (codes.Images == 0) throw new IOException($"none of the {work.Images.Names.Count} images can be read; the lines above say why");
        codes.Save(work.Description);
        terminal.Output.WriteLine($"{codes.Images} images of {work.Description.ImageSize}x{work.Description.ImageSize} pixels -> {string.Join(", ", CodesFile.FilesOf(arguments.Out, work.Checkpoint.Spec.Planes))}");
        if (unreadable == 0) return ExitCode.Ok;
        terminal.Error.WriteLine($"trainer: {unreadable} of {work.Images.Names.Count} images could not be read and are not in the file");
        return ExitCode.SomeFailed;
    }

    /// <summary>What the options come to.</summary>
    private sealed record Work(Checkpoint Checkpoint, ImageFiles Images, CodesDescription Description, Device Device, int LoaderThreads);

    private static Work Understand(CodesArguments arguments)
    {
        try
        {
            if (arguments is { Crop: not null, Resize: not null }) throw new ArgumentException("--crop and --resize exclude each other");
            if (arguments.LoaderThreads < 1) throw new ArgumentException($"--loader-threads: expected at least 1, got {arguments.LoaderThreads}");
            var device = TorchDevice.Parse(arguments.Device);
            var folder = new RunFolder(arguments.Run);
            var checkpoint = Checkpoint.Load(folder.Checkpoint);
            var spec = checkpoint.Spec;
            var existing = CodesFile.FilesOf(arguments.Out, spec.Planes).FirstOrDefault(File.Exists);
            if (existing is not null && !arguments.Force) throw new ArgumentException($"{existing} exists; --force replaces it");
            var settings = CodingSettings.For(spec, arguments.RatePoint, arguments.Lambda, stages: null);
            var (size, mode) = Samples(arguments, spec, folder);
            var description = new CodesDescription
            {
                Id = checkpoint.Id.ToString(),
                Spec = spec,
                RatePoint = settings.RatePoint,
                Lambda = settings.Lambda,
                SampleMode = mode,
                ImageSize = size,
            };
            var images = ImageFiles.Find(arguments.Data, arguments.Part, celebaPart: ImagePart.Train);
            return new Work(checkpoint, images, description, device, arguments.LoaderThreads ?? new FitOptions().LoaderThreads);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    /// <summary>What every image is brought to: one array takes images of one size.</summary>
    private static (int Size, SampleMode Mode) Samples(CodesArguments arguments, ModelSpec spec, RunFolder folder)
    {
        if ((arguments.Crop ?? arguments.Resize) is { } side)
        {
            var mode = arguments.Crop is null ? SampleMode.Resize : SampleMode.Crop;
            if (side < 1 || side > LargestSide || side % spec.LargestStride != 0)
                throw new ArgumentException($"--{(mode == SampleMode.Crop ? "crop" : "resize")}: expected a multiple of the stride {spec.LargestStride}, at most {LargestSide}, got {side}");
            return (side, mode);
        }

        if (!File.Exists(folder.Settings)) throw new ArgumentException($"'{folder.Path}' does not say how its model was trained; give --crop S or --resize S");
        var training = RunSettings.FromJson(File.ReadAllText(folder.Settings)).Training;
        return (training.ImageSize, training.SampleMode);
    }

    /// <summary>Encodes all images.</summary>
    /// <returns>How many could not be read.</returns>
    private static int Encode(Work work, CodesFile codes, ProgressLine progress, CancellationToken stop)
    {
        using var gradients = no_grad();
        using var model = Autoencoder.Load(work.Checkpoint, work.Device);
        model.eval();
        var (size, total) = (work.Description.ImageSize, work.Images.Names.Count);
        var batch = (int)Math.Clamp(BatchMemory / (MemoryCost.Of(work.Checkpoint.Spec).Encoder * size * size), 1, LargestBatch);
        using var batches = new SampleBatches(work.Images.Root, work.Images.Names, size, work.Description.SampleMode, batch, work.LoaderThreads);
        var unreadable = 0;
        foreach (var (pixels, images) in batches.All())
        {
            CollectionPause.Breathe();
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var input = PixelTensors.ToInput(TensorFiles.FromBytes(pixels, [images.Count, size, size, 3], work.Device), model.Spec.InputChannels);
            var maps = model.EncodeIndices(input, work.Description.RatePoint, work.Description.Lambda).Select(ToRows).ToArray();
            for (var i = 0; i < images.Count; i++)
            {
                if (images[i].Error is not { } error)
                {
                    codes.Add(images[i].Name, [.. maps.Select(rows => rows[i])]);
                    continue;
                }

                unreadable++;
                progress.Say("trainer: " + ErrorReport.OneLine(error));
            }

            progress.Show(codes.Images + unreadable, total);
        }

        return unreadable;
    }

    /// <summary>Indices int64 <c>[N,L,h,w]</c> as N rows of <c>[L,h,w]</c>.</summary>
    private static int[][] ToRows(Tensor indices)
    {
        using var scope = NewDisposeScope();
        var values = indices.to(ScalarType.Int32).cpu().contiguous().data<int>().ToArray();
        return [.. values.Chunk(values.Length / (int)indices.shape[0])];
    }
}
