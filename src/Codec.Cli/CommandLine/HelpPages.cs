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
          vqcodec info photo.vq                 what a .vq file is, and whether it is intact

        'vqcodec COMMAND --help' explains a command, 'vqcodec --version' prints the version.

        Reads PNG, JPEG, WebP and TIFF; writes PNG, JPEG and WebP. '-' is standard input or output.
        A .vq file opens only with a model of the id that it was made with. Without --model the folder
        in the environment variable VQVAE_MODEL is used, otherwise the model that is shipped beside
        the program.

        Exit codes:
          0    done
          1    it failed: a bad or damaged input, a missing model or device, a full disk
          2    the command line is wrong; nothing was written
          130  cancelled by Ctrl-C; no file is left half written
        Errors are one line on standard error; VQCODEC_TRACE=1 adds the stack trace.
        """;

    private const string ModelOptions = """
          --model DIR         model folder (default: VQVAE_MODEL, or the shipped model)
          --device D          auto, cpu, cuda or cuda:N (default: auto, the GPU where one works)
          --threads N         CPU threads, 0 for one a core (default: 0, and 1 for small pictures)
        """;

    private const string Compress = $"""
        vqcodec compress IN OUT.vq [options] - compress a picture

          vqcodec compress photo.png photo.vq
          vqcodec compress photo.jpg photo.vq --stages 2 --verify    half the size; check the result
          vqcodec compress logo.png logo.vq --background white       a transparent picture
          curl -s https://example.org/a.jpg | vqcodec compress - - | ssh host 'cat > a.vq'

        IN is a PNG, JPEG, WebP or TIFF file or '-'. Orientation and colour profile are applied, 16 bits
        become 8, CMYK becomes RGB; metadata is not kept.

          --stages N          leading stages to keep: fewer give a smaller file and a coarser picture
                              (default: all of the model's)
          --lambda X          weight of the rate in the codebook search, in squared 8-bit units a bit;
                              0 takes the nearest code (default: 0)
          --background COLOR  what a transparent picture is laid on: a name such as white, or #RRGGBB
          --verify            decode what was written and print its PSNR against the input
          --force             overwrite OUT.vq where it exists
          --quiet             print errors only
        {ModelOptions}

        Exit codes: 0 done, 1 failed, 2 wrong command line, 130 cancelled.
        """;

    private const string Decompress = $"""
        vqcodec decompress IN.vq OUT [options] - decompress to PNG, JPEG or WebP

          vqcodec decompress photo.vq photo.png
          vqcodec decompress photo.vq preview.jpg --stages 1 --out-quality 80
          vqcodec decompress - - --format webp < photo.vq > photo.webp

        OUT's extension chooses the format: .png, .jpg, .jpeg or .webp; '-' is PNG without --format.

          --stages N          leading stages to decode: a coarser picture in less time (default: all)
          --format F          png, jpg or webp, whatever OUT is called
          --out-quality Q     quality of JPEG and WebP, 1 to 100 (default: 90)
          --png-level N       compression of PNG, 0 stored to 9 smallest (default: 6)
          --force             overwrite OUT where it exists
          --quiet             print errors only
        {ModelOptions}

        Exit codes: 0 done, 1 failed, 2 wrong command line, 130 cancelled.
        """;

    private const string Info = """
        vqcodec info FILE.vq [options] - what a .vq file is, and whether it is intact; needs no model

          vqcodec info photo.vq
          vqcodec info photo.vq --json | jq .bits_per_pixel

          --json              print a JSON object

        Exit codes: 0 intact, 1 damaged or no .vq file, 2 wrong command line, 130 cancelled.
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

    /// <summary>The page of a command, or the overview for anything else.</summary>
    public static string For(string? command) => command switch
    {
        "compress" => Compress,
        "decompress" => Decompress,
        "info" => Info,
        "demo" => Demo,
        _ => Overview,
    };
}
