using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Models;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Run;

/// <summary>
/// Puts weights into a folder, and the files beside them that the exporter wants, so that a reader never sees files that do not belong
/// together.
/// </summary>
/// <remarks>
/// Weights alone are a checkpoint that the exporter takes with <c>--unverified</c> only; they are cheap, so that they can be kept while a
/// run goes on. The rest (index maps of up to 1024 crops, parity samples) takes the encoder many passes and is made once, when a
/// run ends or <c>trainer finish</c> asks for it. Parity samples are the last to appear and the first to go: where they are, all
/// three files are of one model. What was opened before a change is tied by the ids.
/// </remarks>
internal static class ExportFiles
{
    /// <summary>Whether all three files are there.</summary>
    public static bool AreComplete(RunFolder folder) => File.Exists(folder.Parity) && File.Exists(folder.Calibration) && File.Exists(folder.Checkpoint);

    /// <summary>Weights as a checkpoint; code lengths are those that training left, unless they were counted since (<see cref="CalibrationSamples"/>).</summary>
    public static SafetensorsWriter Weights(Autoencoder model, Provenance provenance)
    {
        var writer = Checkpoint.CreateWriter(model.Spec, provenance);
        foreach (var (name, value) in model.NamedTensors()) writer.Add(name, value);
        return writer;
    }

    /// <summary>Writes weights; what belonged to those before them goes once the new ones are on the disk.</summary>
    public static void WriteWeights(RunFolder folder, SafetensorsWriter weights) => folder.WriteFile(folder.Checkpoint, stream =>
    {
        weights.WriteTo(stream);
        stream.Flush();
        File.Delete(folder.Parity);
        File.Delete(folder.Calibration);
    });

    /// <summary>Writes all three files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The model, on any device.</param>
    /// <param name="source">The training samples.</param>
    /// <param name="seen">Training samples that the model has seen.</param>
    /// <param name="provenance">What goes into the checkpoint about its origin.</param>
    public static void Write(RunFolder folder, Autoencoder model, SampleSource source, long seen, Provenance provenance)
    {
        var made = folder.Unfinished;
        if (Directory.Exists(made.Path)) Directory.Delete(made.Path, recursive: true);
        Directory.CreateDirectory(made.Path);
        try
        {
            RunWriter.Write(made, model, source, seen, provenance);
            Replace(folder, (name, target) => File.Move(name(made), target, overwrite: true));
        }
        finally
        {
            Directory.Delete(made.Path, recursive: true);
        }
    }

    /// <summary>Completes weights that were kept alone.</summary>
    /// <param name="folder">Their folder.</param>
    /// <param name="source">The training samples of their run.</param>
    /// <param name="batch">Samples in a step.</param>
    /// <exception cref="ModelFormatException">The checkpoint is malformed, or not one that a run kept.</exception>
    public static void Finish(RunFolder folder, SampleSource source, int batch)
    {
        var checkpoint = Checkpoint.Load(folder.Checkpoint);
        if (checkpoint.Provenance is not { Steps: { } steps } provenance) throw new ModelFormatException($"{folder.Checkpoint}: no run kept it, since it does not say where it comes from");
        using var model = Autoencoder.Load(checkpoint, CPU);
        Write(folder, model, source, steps * batch, provenance);
    }

    /// <summary>Copies all three files from a folder of the same weights.</summary>
    public static void Copy(RunFolder from, RunFolder to) => Replace(to, (name, target) => to.WriteFile(target, stream =>
    {
        using var source = File.OpenRead(name(from));
        source.CopyTo(stream);
    }));

    private static void Replace(RunFolder folder, Action<Func<RunFolder, string>, string> put)
    {
        File.Delete(folder.Parity);
        foreach (var name in (Func<RunFolder, string>[])[f => f.Calibration, f => f.Checkpoint, f => f.Parity]) put(name, name(folder));
    }
}
