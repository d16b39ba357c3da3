using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>Prints what <c>vqcodec info</c> found: lines for one file, a table for several, or JSON.</summary>
internal static class InfoReport
{
    /// <summary>One file, line by line.</summary>
    public static void WriteLines(TextWriter output, InspectedFile file, VqInfo info)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(info);
        output.WriteLine(ErrorReport.OneLine(file.Name));
        output.WriteLine($"  format:    .vq version {info.Version}, {Figures.Lower(info.EntropyMode)} indices");
        output.WriteLine($"  image:     {info.Width}x{info.Height} {Figures.Colors(info.Format)}");
        output.WriteLine($"  model id:  {info.ModelId}, rate point {info.RatePoint}");
        output.WriteLine($"  stages:    {info.Stages}");
        output.WriteLine($"  size:      {Figures.Bytes(file.Bytes)} bytes, {BitsPerPixel(file, info)} bits per pixel");
        if (file.Parts is { } parts)
        {
            output.WriteLine($"  of these:  {Figures.Bytes(parts.IndexBytes)} indices"
                + (parts.AlphaBytes > 0 ? $", {Figures.Bytes(parts.AlphaBytes)} alpha" : "")
                + (parts.ExifBytes > 0 ? $", {Figures.Bytes(parts.ExifBytes)} EXIF metadata" : ""));
        }

        output.WriteLine($"  checksum:  {(file.Error is null ? "ok" : "DAMAGED")}");
    }

    /// <summary>Several files, a row each, and their sum.</summary>
    public static void WriteTable(Terminal terminal, IReadOnlyList<InspectedFile> files)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(files);
        var table = new Table();
        table.AddColumn("file");
        foreach (var heading in (string[])["image", "bytes", "bits/pixel", "stages"]) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var heading in (string[])["colours", "coding", "model id", "state"]) table.AddColumn(heading);
        foreach (var file in files)
        {
            string[] cells = file.Info is { } info
                ?
                [
                    $"{info.Width}x{info.Height}", Figures.Bytes(file.Bytes), BitsPerPixel(file, info), info.Stages.ToString(CultureInfo.InvariantCulture),
                    Figures.Colors(info.Format), $"{Figures.Lower(info.EntropyMode)} {info.RatePoint}", info.ModelId.ToString(),
                ]
                : ["", Figures.Bytes(file.Bytes), "", "", "", "", ""];
            var state = file.Error is null ? new Text("ok", new Style(Color.Green)) : new Text(file.Info is null && file.Bytes == 0 ? "UNREADABLE" : "DAMAGED", new Style(Color.Red));
            table.AddRow([.. cells.Prepend(ErrorReport.OneLine(file.Name)).Select(cell => new Text(cell)), state]);
        }

        TableWriter.Write(terminal, table);
        var known = files.Where(f => f.Info is not null).ToArray();
        var (bytes, pixels) = (known.Sum(f => f.Bytes), known.Sum(f => (long)f.Info!.Width * f.Info.Height));
        var damaged = files.Count(f => f.Error is not null);
        terminal.Output.WriteLine($"{files.Count} {(files.Count == 1 ? "file" : "files")}"
            + (pixels > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Figures.Size(bytes)}, {pixels / 1e6:F1} megapixels, {Figures.BitsPerPixel(bytes, pixels)} bits per pixel") : "")
            + (damaged > 0 ? $", {damaged} damaged" : ""));
    }

    /// <summary>A JSON object for a single file, an array of them for several.</summary>
    public static void WriteJson(TextWriter output, IReadOnlyList<InspectedFile> files, bool single)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(files);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            if (!single) json.WriteStartArray();
            foreach (var file in files) Write(json, file);
            if (!single) json.WriteEndArray();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, InspectedFile file)
    {
        json.WriteStartObject();
        json.WriteString("file", file.Name);
        json.WriteNumber("bytes", file.Bytes);
        if (file.Info is { } info)
        {
            json.WriteNumber("version", info.Version);
            json.WriteNumber("width", info.Width);
            json.WriteNumber("height", info.Height);
            json.WriteString("format", Figures.Lower(info.Format));
            json.WriteString("model_id", info.ModelId.ToString());
            json.WriteNumber("rate_point", info.RatePoint);
            json.WriteNumber("stages", info.Stages);
            json.WriteString("entropy_mode", Figures.Lower(info.EntropyMode));
            json.WriteNumber("bits_per_pixel", Math.Round(8.0 * file.Bytes / ((double)info.Width * info.Height), 6));
        }

        if (file.Parts is { } parts)
        {
            json.WriteNumber("index_bytes", parts.IndexBytes);
            json.WriteNumber("alpha_bytes", parts.AlphaBytes);
            json.WriteNumber("exif_bytes", parts.ExifBytes);
        }

        json.WriteBoolean("intact", file.Error is null);
        if (file.Error is { } error) json.WriteString("error", error);
        json.WriteEndObject();
    }

    private static string BitsPerPixel(InspectedFile file, VqInfo info) => Figures.BitsPerPixel(file.Bytes, (long)info.Width * info.Height);
}
