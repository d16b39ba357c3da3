namespace VqVae.Trainer.CommandLine;

/// <summary>What <c>--help</c> prints. Written by hand, so that it teaches; a test compares it with the options.</summary>
internal static class HelpPages
{
    /// <summary>The page of the program as a whole.</summary>
    public const string Overview = """
        trainer - learn an image codec from a folder of images

          trainer fit --data photos --out runs/photos    train a model
          trainer fit --out runs/photos --resume         go on after Ctrl-C or a power cut
          trainer presets                                what to start from
          trainer presets show small                     its settings as JSON, to change for --config
          trainer doctor                                 is this machine ready, and what is missing?

        'trainer COMMAND --help' explains a command, 'trainer --version' prints the version.

        Exit codes:
          0    done
          1    it failed: no image can be read, a missing device, a full disk, training that diverged
          2    the command line or a file of settings is wrong; nothing was written
          130  stopped by Ctrl-C; a run that had begun has saved its state and can be resumed or exported
        Errors are one line on standard error; TRAINER_TRACE=1 adds the stack trace.
        """;

    /// <summary>The page of <c>trainer presets</c>.</summary>
    public const string Presets = """
        trainer presets [show NAME|keys] - what a run can start from

          trainer presets                                a table: stride, stages, rate and cost of each
          trainer presets show small                     one of them as JSON
          trainer presets show small > mine.json         a start for settings of your own:
          trainer fit --data photos --out runs/mine --config mine.json
          trainer presets keys                           every key, with what it takes

        A preset is a model and how it is trained. 'trainer fit' takes the JSON back with --config, whole or
        only with the keys that you change, and single keys with --set and with options of their own.

        In the table, 'bits a pixel' is before entropy coding, with all stages kept; kMAC are thousands of
        multiplications a pixel, of the encoder with its search + of the decoder.

        Exit codes: 0 done, 2 wrong command line.
        """;

    /// <summary>The page of <c>trainer doctor</c>.</summary>
    public const string Doctor = """
        trainer doctor - tell which libraries and devices are found, what is missing and how to fix it

          trainer doctor
          trainer doctor && trainer fit --data photos --out runs/photos

        Looks at the system, .NET, libstdc++, libtorch with its speed, CUDA and libvips; every problem is
        followed by a line that begins with 'fix:'.

        Exit codes: 0 ready to train, 1 not ready, 2 wrong command line.
        """;
}
