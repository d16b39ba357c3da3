namespace VqVae.Codec.Cli.CommandLine;

/// <summary>What <c>--help</c> prints. Written by hand, so that it teaches; a test compares it with the options.</summary>
internal static class HelpPages
{
    /// <summary>The page of the program as a whole.</summary>
    public const string Overview = """
        vqcodec - compress pictures to .vq files and back with a VQ-VAE model

          vqcodec demo                          see it work: a sample picture there and back
          vqcodec compress photo.png photo.vq   picture to .vq
          vqcodec decompress photo.vq back.png  .vq to picture
          vqcodec compress photos -o small      a folder of pictures; run it again to go on
          vqcodec info photo.vq                 what a .vq file is, and whether it is intact
          vqcodec verify small                  check .vq files, and that the model decodes them
          vqcodec eval photos --out report      measure the model against JPEG, WebP and AVIF
          vqcodec bench                         how fast the model is on this machine, and what bounds it

        'vqcodec COMMAND --help' explains a command, 'vqcodec --version' prints the version.

        Reads PNG, JPEG, WebP and TIFF; writes PNG, JPEG and WebP. '-' is standard input or output.
        A .vq file opens only with a model of the id that it was made with. Without --model the folder
        in the environment variable VQVAE_MODEL is used, otherwise the model that is shipped beside
        the program.

        Exit codes:
          0    done
          1    it failed: a bad or damaged input, a missing model or device, a full disk
          2    the command line is wrong; nothing was written
          3    of several files some failed, they are listed; the others are done
          130  cancelled by Ctrl-C; no file is left half written
        Errors are one line on standard error; VQCODEC_TRACE=1 adds the stack trace. Colours and the
        progress bar are for terminals; NO_COLOR turns colours off there, too.
        """;

    private const string ModelOptions = """
          --model DIR         model folder (default: VQVAE_MODEL, or the shipped model)
          --device D          auto, cpu, cuda or cuda:N (default: auto, the GPU where one works)
          --precision P       auto, fp32, fp16 or int8: the numbers that the model computes with; files are
                              the same (default: auto, the fastest that model and device have)
          --threads N         CPU threads for one picture, 0 for one a core (default: 0, and 1 for small
                              pictures; in folders the cores over --jobs)
          --max-pixels N      refuse larger pictures before they are decoded (default: 268435456)
          --max-memory MIB    what the codec may take for one picture, beside reading and writing it: less
                              makes it slower, and at last refuses it (default: 2048)
        """;

    private const string FolderOptions = """
        For folders:
          --recursive         folders inside the folder, too; OUT gets the same folders
          --jobs N            files at a time (default: one a core, fewer where there are fewer files)
          --shard I/N         only the files of part I of N, counted from 0: N machines share a folder
          --append            a.jpg becomes a.jpg{0}, where a{0} would be made of two files
        """;

    private const string ExitCodes = "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 some files of a folder failed, 130 cancelled.";

    private static readonly string Compress = $"""
        vqcodec compress IN OUT.vq [options]   compress a picture
        vqcodec compress DIR -o OUT [options]  compress the pictures of a folder

          vqcodec compress photo.png photo.vq
          vqcodec compress photo.jpg photo.vq --quality 60 --verify    smaller; check the result
          vqcodec compress photo.jpg photo.vq --target-size 20000      as good as 20,000 bytes allow
          vqcodec compress logo.png logo.vq --background white         lay it on white, without alpha
          vqcodec compress photos -o small --recursive --jobs 4        a whole tree of pictures
          curl -s https://example.org/a.jpg | vqcodec compress - - | ssh host 'cat > a.vq'

        IN is a PNG, JPEG, WebP or TIFF file or '-'. Orientation and colour profile are applied, 16 bits
        become 8, CMYK becomes RGB; alpha is kept without loss. Pictures are read some rows at a time:
        memory does not grow with them, but for those that EXIF turns.

        A folder's pictures become files of the same names in OUT, with .vq in place of their extension.
        A result gets its picture's modification time. Where it has that time the picture is skipped, so
        that a run that was stopped, or killed, goes on where it was; otherwise it is compressed again, and
        replaces a .vq file, but nothing else. --force does all again, whatever is there. Files that
        cannot be read are listed at the end, and the exit code is 3. Names that begin with a dot, and
        links to folders, are left alone.

          -o, --out OUT       the output, where it is not the second argument
          -q, --quality Q     1 (smallest file) to 100 (best picture), in even steps of PSNR (default: the
                              model's own, half a decibel below its best)
          --target-size BYTES the best quality whose file is no longer than that
          --target-bpp X      the best quality whose file has no more than X bits a pixel
          --target-psnr DB    the smallest file within 0.1 dB of that PSNR
          --effort E          fast, normal or best: the time that the encoder may take for a smaller file
                              (default: normal). Decoding normal and best takes the same time
          --rate N            for experts, in place of a quality: the model's rate point, from 0
                              (default: 0)
          --stages N          likewise: leading stages to keep (default: all)
          --lambda X          likewise: the weight of a bit in the codebook search, in squared 8-bit
                              units; 0 takes the nearest code (default: the rate point's own)
          --entropy MODE      how indices are coded: dense (smallest), fast, static or raw; all lossless
                              (default: dense, or fast with --effort fast, where the model has tables)
          --background COLOR  what a transparent picture is laid on: a name such as white, or #RRGGBB;
                              without it alpha is kept
          --exif MODE         EXIF metadata: none, keep (exposure, dates, camera, lens, description, artist,
                              copyright; no place, thumbnail, serial numbers, makers' notes, XMP, IPTC)
                              or all; they say then that the picture is upright and sRGB (default: none)
          --verify            decode the result before it is written, and print its PSNR against the input
          --force             overwrite OUT where it exists
          --quiet             print errors only
          --verbose           print more; of a folder a line a file
        {ModelOptions}

        {Folders(".vq")}

        {ExitCodes}
        """;

    private static readonly string Decompress = $"""
        vqcodec decompress IN.vq OUT [options]   decompress to PNG, JPEG or WebP
        vqcodec decompress DIR -o OUT [options]  decompress the .vq files of a folder

          vqcodec decompress photo.vq photo.png
          vqcodec decompress photo.vq preview.jpg --stages 1 --out-quality 80
          vqcodec decompress map.vq part.png --region 12000,8000,1024,1024
          vqcodec decompress small -o back --format jpg --recursive
          vqcodec decompress - - --format webp < photo.vq > photo.webp

        OUT's extension chooses the format: .png, .jpg, .jpeg or .webp; '-' and folders are PNG without
        --format. PNG is written some rows at a time; JPEG and WebP take memory for the whole picture.
        Alpha goes into PNG and WebP; EXIF metadata that the file carries go into all three.

        A folder's files are skipped, listed and gone on with as 'vqcodec compress --help' says; but a
        picture that exists and has another time than its .vq file is replaced with --force alone.

          -o, --out OUT       the output, where it is not the second argument
          --stages N          leading stages to decode: a coarser picture in less time (default: all)
          --region X,Y,W,H    only this part, in pixels from the left and the top; the rest of the file
                              is not decoded
          --partial           take a file that is cut short for the coarser picture that it still holds;
                              without it such a file is an error
          --format F          png, jpg or webp, whatever OUT is called
          --out-quality Q     quality of JPEG and WebP, 1 to 100 (default: 90)
          --png-level N       compression of PNG: 0 stored, 1 fastest, 9 smallest (default: 2, which is
                              several times as fast as 6 and about as small)
          --background COLOR  what a transparent picture is laid on: a name such as white, or #RRGGBB
          --no-exif           leave the file's EXIF metadata out
          --force             overwrite OUT where it exists
          --quiet             print errors only
          --verbose           print more; of a folder a line a file
        {ModelOptions}

        {Folders(".png")}

        {ExitCodes}
        """;

    private const string Info = """
        vqcodec info FILE.vq|DIR... [options] - what .vq files are, and whether they are intact

          vqcodec info photo.vq
          vqcodec info photo.vq --json | jq .bits_per_pixel
          vqcodec info small --recursive                     a table
          vqcodec info small --json | jq '.[] | select(.intact | not) | .file'

        Needs no model. One file is described line by line, or as a JSON object; several files, and
        folders, as a table, or as a JSON array of such objects. Files that cannot be read have an
        "error" in place of what is not known of them.

          --json              print JSON
          --recursive         folders inside the folders, too

        Exit codes: 0 intact, 1 damaged or no .vq file, 2 wrong command line, 3 of several files some are
        damaged, 130 cancelled.
        """;

    private const string Verify = $"""
        vqcodec verify FILE.vq|DIR... [options] - check .vq files, and that the model decodes them

          vqcodec verify photo.vq
          vqcodec verify small --recursive --quiet && echo all well
          vqcodec verify archive --no-model                  checksums and structure alone, fast

        Checks every section and the checksum, and with the model decodes all indices of each file; nothing
        is written. Damaged files are listed with what is wrong.

          --no-model          do not decode: the model is not needed, and less is found
          --recursive         folders inside the folders, too
          --jobs N            files at a time (default: one a core, fewer where there are fewer files)
          --shard I/N         only the files of part I of N of each folder, counted from 0
          --quiet             print errors only
          --verbose           a line a file
        {ModelOptions}

        Exit codes: 0 all well, 1 the file is damaged, 2 wrong command line, 3 of several files some are
        damaged, 130 cancelled.
        """;

    private const string Demo = $"""
        vqcodec demo [PICTURE] [options] - a picture to .vq and back, with figures and a side-by-side

          vqcodec demo                          a sample picture that the program draws itself
          vqcodec demo photo.jpg --out look     your own picture, into the folder look/

        Writes sample.png, sample.vq, decoded.png and side-by-side.png. Without --out they are overwritten
        when it runs again.

          --out DIR           folder for the four files, made where it is missing (default: vqcodec-demo)
          --background COLOR  what a transparent picture is laid on: a name such as white, or #RRGGBB
          --force             overwrite the four files where they exist in DIR
        {ModelOptions}

        Exit codes: 0 done, 1 failed, 2 wrong command line, 130 cancelled.
        """;

    private const string Bench = $"""
        vqcodec bench [PICTURE] [options] - how fast a model is on this machine, and what bounds it

          vqcodec bench                         the sample picture, one thread
          vqcodec bench photo.jpg --threads 0   your own picture, a thread a core
          vqcodec bench --json > bench.json

        Measures the parts (encoder, search for codes, decoder, entropy coders, PNG) and whole calls, in
        memory, in turn and several times; prints the medians in megapixels a second, each beside what it
        cannot exceed: graphs the machine's own rate in a product of matrices, entropy coders the writing
        of raw indices, whole calls their graphs alone.

          --rounds N          how often each part is measured, 3 to 1000 (default: 15)
          -q, --quality Q     1 to 100 (default: the model's own)
          --json              print JSON
        {ModelOptions}

        Exit codes: 0 done, 1 failed, 2 wrong command line, 130 cancelled.
        """;

    private const string Eval = """
        vqcodec eval DIR [options] - measure a model against JPEG, WebP and AVIF on your own pictures

          vqcodec eval photos                                  tables on the terminal
          vqcodec eval photos --out report                     and report/report.html to look at
          vqcodec eval photos --model models/photo --against webp --qualities 10,30,50,70,90

        Encodes and decodes every PNG, JPEG, WebP and TIFF of DIR at several qualities with the model, and
        with each codec from its lowest quality up to beyond the model's rate and PSNR. Prints bits a pixel
        of whole files, PSNR, SSIM and MS-SSIM, as means over the pictures; then BD-rates: how many bits the
        model takes against each codec at equal quality, -20% for files that are a fifth smaller. Where a
        codec's smallest files are larger than the model's, it is measured at half width and height, too.
        Speeds are measured at the end, while nothing else runs, at settings that make files of like size.

        Pictures below 161 pixels a side are too small for MS-SSIM; they, and what cannot be read, are
        named and left out, and the exit code is 3. The pictures should be none that the model has seen.

        The report folder gets report.html, which needs nothing beside it (who won, curves, all pictures
        under a slider at matched size, worst first, every setting and version), results.csv (a row a
        picture), results.json (means, BD-rates, speeds) and the curves as SVG and PNG. Nothing is written
        before all is measured.

          --against LIST      jpeg, webp and avif with commas between, or none (default: all three)
          --qualities LIST    the model's qualities, 1 to 100, with commas between (default: ten, in even
                              steps from 1 to 100). A model without a map of qualities has none: its rate
                              points, at their own lambda, and its stages, at lambda 0, are measured
          --effort E          fast, normal or best: the time that the model's encoder may take
                              (default: normal)
          --out DIR           folder for the report, made where it is missing
          --force             overwrite an earlier report, and put up with other files beside it
          --recursive         folders inside the folder, too
          --jobs N            pictures at a time (default: the cores over --threads)
          --quiet             print errors only
          --model DIR         model folder (default: VQVAE_MODEL, or the shipped model)
          --device D          auto, cpu, cuda or cuda:N (default: auto, the GPU where one works)
          --precision P       auto, fp32, fp16 or int8: the numbers that the model computes with; files are
                              the same (default: auto, the fastest that model and device have)
          --threads N         threads for one picture, of the model and of libvips, 0 for one a core
                              (default: 1, so that all codecs are timed alike)
          --max-pixels N      leave larger pictures out before they are decoded (default: 268435456)
          --max-memory MIB    what the model's codec may take for one picture (default: 2048)

        Exit codes: 0 done, 1 failed, 2 wrong command line, 3 some pictures were left out, 130 cancelled.
        """;

    /// <summary>The page of a command, or the overview for anything else.</summary>
    public static string For(string? command) => command switch
    {
        "compress" => Compress,
        "decompress" => Decompress,
        "info" => Info,
        "verify" => Verify,
        "eval" => Eval,
        "demo" => Demo,
        "bench" => Bench,
        _ => Overview,
    };

    private static string Folders(string extension) => FolderOptions.Replace("{0}", extension, StringComparison.Ordinal);
}
