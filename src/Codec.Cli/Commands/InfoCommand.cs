using System.Text.Encodings.Web;
using System.Text.Json;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec info</c>: what a <c>.vq</c> file is and whether it is intact; needs no model.</summary>
internal static class InfoCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>The exit code: failed where the file is damaged, after what its header says was printed.</returns>
    public static int Run(InfoOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        if (options.Rest.FirstOrDefault() is { } extra) throw new UsageException($"unexpected argument '{extra}'");
        var name = InputFile.NameOf(options.Input);
        var vq = InputFile.ReadAll(options.Input, terminal, cancellationToken);
        var info = VqInput.ReadInfo(vq, name);
        VqFormatException? damage = null;
        try
        {
            VqFile.Verify(vq);
        }
        catch (VqFormatException e)
        {
            damage = e;
        }

        if (options.Json) terminal.Output.WriteLine(Json(options.Input, vq.Length, info, damage));
        else WriteText(terminal.Output, name, vq.Length, info, damage);
        return damage is null ? ExitCode.Ok : throw new VqFormatException($"{name}: {damage.Message}", damage);
    }

    private static void WriteText(TextWriter output, string name, long bytes, VqInfo info, VqFormatException? damage)
    {
        output.WriteLine(ErrorReport.OneLine(name));
        output.WriteLine($"  format:    .vq version {info.Version}, {Mode(info)} indices");
        output.WriteLine($"  image:     {info.Width}x{info.Height} {(info.Format == PixelFormat.Gray8 ? "grey" : "RGB")}");
        output.WriteLine($"  model id:  {info.ModelId}, rate point {info.RatePoint}");
        output.WriteLine($"  stages:    {info.Stages}");
        output.WriteLine($"  size:      {Figures.Bytes(bytes)} bytes, {Figures.BitsPerPixel(bytes, (long)info.Width * info.Height)} bits per pixel");
        output.WriteLine($"  checksum:  {(damage is null ? "ok" : "DAMAGED")}");
    }

    private static string Json(string path, long bytes, VqInfo info, VqFormatException? damage)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("file", path);
            json.WriteNumber("bytes", bytes);
            json.WriteNumber("version", info.Version);
            json.WriteNumber("width", info.Width);
            json.WriteNumber("height", info.Height);
            json.WriteString("format", info.Format == PixelFormat.Gray8 ? "gray8" : "rgb24");
            json.WriteString("model_id", info.ModelId.ToString());
            json.WriteNumber("rate_point", info.RatePoint);
            json.WriteNumber("stages", info.Stages);
            json.WriteString("entropy_mode", Mode(info));
            json.WriteNumber("bits_per_pixel", Math.Round(8.0 * bytes / ((double)info.Width * info.Height), 6));
            json.WriteBoolean("intact", damage is null);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Mode(VqInfo info) => info.EntropyMode.ToString().ToLowerInvariant();
}
