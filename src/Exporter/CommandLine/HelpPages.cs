namespace VqVae.Exporter.CommandLine;

/// <summary>What <c>--help</c> prints. Written by hand, so that it teaches; a test compares it with the options.</summary>
internal static class HelpPages
{
    /// <summary>The page of the program as a whole.</summary>
    public const string Overview = """
        exporter - turn a training run into a model folder that vqcodec and the library load

          exporter runs/photo --out models/photo    export, and check the graphs against the trainer
          exporter info models/photo                what a model is, as Markdown

        'exporter COMMAND --help' explains a command ('export' is the default one), 'exporter --version'
        prints the version.

        Exit codes:
          0    done
          1    it failed: a damaged run folder, graphs that disagree with the trainer, a full disk
          2    the command line is wrong; nothing was read or written
          130  cancelled by Ctrl-C; nothing was written
        Errors are one line on standard error; EXPORTER_TRACE=1 adds the stack trace.
        """;

    private const string Export = """
        exporter [export] RUN --out DIR [options] - a run folder to a model folder

          exporter runs/photo --out models/photo
          exporter runs/photo --out models/photo --license MIT --data-license "CC0-1.0" --force
          exporter runs/photo --out models/photo --precision int8

        RUN is a folder that 'trainer fit' wrote. DIR gets encoder.onnx, decoder.onnx, tables.bin and
        model.json, all of them or none. The tables make files smaller: they are counted from the index
        maps in RUN's calibration.safetensors; without that file a model has none. Both graphs are run on
        the samples in RUN's parity.safetensors: where they differ from what the trainer computed, nothing
        is written. At last images of calibration.safetensors are compressed with many settings, from which
        the qualities 1 to 100 are chosen: even steps of PSNR, each with the fewest bits. The default is
        the lowest that is within half a decibel of the best. On the same images the graphs of other
        precisions are made and measured: decoder.int8.onnx of 8-bit integers, for CPUs, and
        encoder.fp16.onnx and decoder.fp16.onnx, for GPUs. Files open with any of them.

          --out DIR            the model folder to make (required)
          --name NAME          the model's name (default: the last part of DIR)
          --license TEXT       licence of the model, an SPDX expression or a sentence
          --data-license TEXT  licences of the training images
          --precision LIST     fp32, int8, fp16, separated by commas: the graphs' precisions, fp32 always
                               (default: all, where RUN has calibration images)
          --unverified         do not compare with the trainer's results, and record that in model.json;
                               for weights that come without parity.safetensors
          --no-tables          leave out tables.bin: the model codes indices with fixed lengths, and gets
                               the id that it had before there were tables
          --no-quality         do not measure qualities, which takes up to a minute or two: the model then
                               has rate points, lambda and stages only
          --force              replace the model in DIR; files that are not the model's stay

        Exit codes: 0 done, 1 failed, 2 wrong command line, 130 cancelled.
        """;

    private const string Info = """
        exporter info MODEL - what a model folder holds, as Markdown

          exporter info models/photo
          exporter info models/photo > models/photo/README.md

        Hyperparameters, files, rates, compute, precisions, verification, provenance, tables and graphs.
        The files are checked against the hashes in model.json.

        Exit codes: 0 done, 1 damaged or no model folder, 2 wrong command line, 130 cancelled.
        """;

    /// <summary>The page of a command, or the overview for anything else.</summary>
    public static string For(string? command) => command switch
    {
        "export" => Export,
        "info" => Info,
        _ => Overview,
    };
}
