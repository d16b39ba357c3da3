namespace VqVae.Trainer.CommandLine;

/// <summary>What <c>--help</c> prints. Written by hand, so that it teaches; a test compares it with the options.</summary>
internal static class HelpPages
{
    /// <summary>The page of the program as a whole.</summary>
    public const string Overview = """
        trainer - learn an image codec from a folder of images

          trainer fit --data photos --out runs/photos    train a model
          trainer fit --out runs/photos --resume         go on after Ctrl-C or a power cut
          trainer report runs/photos                     its page and verdict, made again
          trainer finish runs/photos/best                make kept weights ready for the exporter
          trainer eval --data kodak --run runs/photos    measure what it learnt on other images
          trainer codes --data photos --run runs/photos --out codes.npy
                                                         images as codes, for a generative model
          trainer presets                                what to start from
          trainer presets show photo                     its settings as JSON, to change for --config
          trainer doctor                                 is this machine ready, and what is missing?

        'trainer COMMAND --help' explains a command, 'trainer --version' prints the version.

        Exit codes:
          0    done
          1    it failed: no image can be read, a missing device, a full disk, training that diverged
          2    the command line or a file of settings is wrong; nothing was written
          3    some images could not be read and are named; the others are done
          130  stopped by Ctrl-C; a run that had begun has saved its state and can be resumed or exported
        Errors are one line on standard error; TRAINER_TRACE=1 adds the stack trace.
        """;

    /// <summary>The page of <c>trainer presets</c>.</summary>
    public const string Presets = """
        trainer presets [show NAME|keys] - what a run can start from

          trainer presets                                a table: stride, stages, rate and cost of each
          trainer presets show photo                     one of them as JSON
          trainer presets show photo > mine.json         a start for settings of your own:
          trainer fit --data photos --out runs/mine --config mine.json
          trainer presets keys                           every key, with what it takes

        A preset is a model and how it is trained. 'trainer fit' takes the JSON back with --config, whole or
        only with the keys that you change, and single keys with --set and with options of their own.

        In the table, 'bits a pixel' is before entropy coding, with all stages kept; kMAC are thousands of
        multiplications a pixel, of the encoder with its search + of the decoder.

        Exit codes: 0 done, 2 wrong command line.
        """;

    /// <summary>The page of <c>trainer report</c>.</summary>
    public const string Report = """
        trainer report - make a run's report.html again from what its folder holds

          trainer report runs/photos
          trainer report runs/photos && xdg-open runs/photos/report.html

        Writes the page that 'fit' rewrites while it trains, and prints its verdict: whether the run still
        improves, overfits, has dead codes or collapsed, and what to do. The run may be going on.

        Exit codes: 0 done, 1 failed, 2 wrong command line.
        """;

    /// <summary>The page of <c>trainer finish</c>.</summary>
    public const string Finish = """
        trainer finish - write what the exporter reads beside weights that a run kept

          trainer finish runs/photos/best
          trainer finish runs/photos/steps/0001000
          trainer finish runs/photos                     after a crash: what was last saved

        A run keeps its best weights in best/ and, with 'fit --keep-every N', those of certain steps in
        steps/. They are kept at little cost, without the samples that the exporter checks its graphs
        against and makes its tables from; this command adds them. A run that ended has them already.

          --data DIR             folder of the images that the run trains on (default: the run's)
          --libtorch DIR         use the libtorch of an installed PyTorch

        Exit codes: 0 done, 1 failed, 2 wrong command line, 130 stopped.
        """;

    /// <summary>The page of <c>trainer eval</c>.</summary>
    public const string Eval = """
        trainer eval - measure a trained model on images

          trainer report runs/photos                     its page and verdict, made again
          trainer finish runs/photos/best                make kept weights ready for the exporter
          trainer eval --data kodak --run runs/photos
          trainer eval --data photos --part validation --run runs/photos --stages 2 --json -

        Codes each image at its full size with the run's checkpoint and prints PSNR of RGB and luma, SSIM,
        MS-SSIM and bits a pixel, for each image and on average. The bits are those of fixed-length and of
        order-0 coding; whole files, which are smaller, come from 'vqcodec compress'.

        Images:
          --data DIR|LIST        a folder, searched recursively, CelebA's own layout, one image, or a text
                                 file with a path on each line, relative to its own folder (required)
          --part PART            of a folder: all, train or validation, as fit divides it, or CelebA's test
                                 (default: all; of CelebA test)

        Model:
          --run RUN              run folder with the trained model (required)
          --rate-point R         rate point of the model, from 0 (default: 0)
          --stages N             leading stages that are decoded and counted (default: all)
          --lambda L             weight of the rate in the encoder's search, in squared 8-bit units a bit
                                 (default: the rate point's; 0 is the nearest code)
          --device D             auto, cpu, cuda or cuda:N (default: auto)
          --libtorch DIR         use the libtorch of an installed PyTorch

        Output:
          --json FILE            all figures as JSON; - for standard output in place of the table
          --csv FILE             a row an image as CSV; - for standard output in place of the table

        Exit codes: 0 done, 1 failed, 2 wrong command line, 3 some images could not be read, 130 stopped.
        """;

    /// <summary>The page of <c>trainer codes</c>.</summary>
    public const string Codes = """
        trainer codes - write the code indices of images as one array, to train a generative model on

          trainer codes --data photos --run runs/photos --out codes.safetensors
          trainer codes --data photos --run runs/photos --out codes.npy --resize 128

        Encodes every image at one size and writes uint16 [images, stages, rows, columns] for each plane,
        with the files' names and the model's id beside it.

        Images:
          --data DIR|LIST        a folder, searched recursively, CelebA's own layout, one image, or a text
                                 file with a path on each line, relative to its own folder (required)
          --part PART            of a folder: all, train or validation, as fit divides it, or CelebA's test
                                 (default: all; of CelebA train)
          --crop S               the centre of each image, SxS pixels; smaller images are extended by their
                                 edge pixels (default: as the run was trained)
          --resize S             whole images resized to SxS pixels; the aspect ratio is not kept
          --loader-threads N     threads that load images (default: half of the processors, at most 8)

        Model:
          --run RUN              run folder with the trained model (required)
          --rate-point R         rate point of the model, from 0 (default: 0)
          --lambda L             weight of the rate in the encoder's search, in squared 8-bit units a bit
                                 (default: the rate point's; 0 is the nearest code)
          --device D             auto, cpu, cuda or cuda:N (default: auto)
          --libtorch DIR         use the libtorch of an installed PyTorch

        Output:
          --out FILE             NAME.safetensors or NAME.npy; with .npy also NAME.json, and with several
                                 planes NAME.PLANE.npy for each (required)
          --force                replace files that exist

        Exit codes: 0 done, 1 failed, 2 wrong command line, 3 some images could not be read, 130 stopped.
        """;

    /// <summary>The page of <c>trainer doctor</c>.</summary>
    public const string Doctor = """
        trainer doctor - tell which libraries and devices are found, what is missing and how to fix it

          trainer doctor
          trainer doctor && trainer fit --data photos --out runs/photos

          --libtorch DIR         look at the libraries of an installed PyTorch

        Looks at the system, .NET, libstdc++, libtorch with its speed, CUDA and libvips; every problem is
        followed by a line that begins with 'fix:'.

        Exit codes: 0 ready to train, 1 not ready, 2 wrong command line.
        """;
}
