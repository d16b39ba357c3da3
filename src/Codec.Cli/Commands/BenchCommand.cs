using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;
using VqVae.Codec.Cli.Benchmarking;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Evaluation;
using VqVae.Codec.Cli.Images;
using VqVae.Codec.Cli.Sample;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec bench</c>: how fast a model is on this machine, part by part, each beside what bounds it.</summary>
internal static class BenchCommand
{
    /// <summary>What the JSON calls itself.</summary>
    private const string FormatName = "vqcodec-bench/1";

    /// <summary>Runs the command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(BenchOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        var picture = Picture(options, terminal, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        using var codec = options.LoadCodecWith(options.Threads ?? 1);
        var loading = Stopwatch.GetElapsedTime(start);
        if (options.Quality is not null && codec.Manifest.Quality is null) throw new UsageException($"--quality: model {codec.Manifest.Name} has no qualities");
        var bench = new Bench(codec, picture, options);
        var rows = bench.Run(Progress, cancellationToken);
        if (terminal.OutputIsTerminal) terminal.Error.Write("\r" + new string(' ', 30) + "\r");
        if (options.Json) terminal.Output.Write(Json(options, codec, picture, bench, rows, loading));
        else Print(options, terminal, codec, picture, bench, rows, loading);
        return ExitCode.Ok;

        void Progress(double share)
        {
            if (terminal.OutputIsTerminal) terminal.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\rmeasuring, {share:P0}  "));
        }
    }

    private static VqImage Picture(BenchOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        const int width = SampleScene.DefaultWidth, height = SampleScene.DefaultHeight;
        if (options.Picture is not { } path) return new VqImage(width, height, PixelFormat.Rgb24, SampleScene.Render(width, height, cancellationToken: cancellationToken));
        var picture = ImageReader.Read(InputFile.ReadAll(path, terminal, cancellationToken), InputFile.NameOf(path), BackgroundColor.ParseOption("white"), cancellationToken: cancellationToken);
        return picture.Format == PixelFormat.Rgb24 ? picture : throw new UsageException($"{path}: expected a picture in colour");
    }

    private static void Print(BenchOptions options, Terminal terminal, VqCodec codec, VqImage picture, Bench bench, IReadOnlyList<BenchRow> rows, TimeSpan loading)
    {
        var output = terminal.Output;
        foreach (var (name, value) in EvaluationEnvironment.Facts) output.WriteLine($"{name,-13} {value}");
        output.WriteLine($"{"model",-13} {codec.Manifest.Name} ({codec.Manifest.Id}), {Figures.Lower(codec.Precision)} on {codec.Device}, {Threads(options)}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{"picture",-13} {(options.Picture is null ? "the sample picture" : ErrorReport.OneLine(options.Picture))}, {picture.Width}x{picture.Height}; {string.Join(", ", bench.BitsPerPixel.Select(b => $"{Figures.Lower(b.Key)} {b.Value:F3}"))} bits per pixel"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"peak",-13} {bench.PeakOperations / 1e9:F0} billion multiply-accumulate operations a second in a product of matrices"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"loading",-13} {loading.TotalMilliseconds:F0} ms"));
        output.WriteLine();
        var table = new Table();
        foreach (var heading in (string[])["", "MP/s", "limit", "reached", "the limit is"]) table.AddColumn(heading is "" or "the limit is" ? new TableColumn(heading) : new TableColumn(heading).RightAligned());
        foreach (var row in rows) table.AddRow(row.Name, Text(row.Rate), Text(row.Limit), row.Share.ToString("P0", CultureInfo.InvariantCulture), row.LimitName);
        foreach (var part in (string[])["read png", "write png"]) table.AddRow(part.Replace("png", "PNG", StringComparison.Ordinal), Text(bench.Rate(part)), "", "", "");
        TableWriter.Write(terminal, table);
        output.WriteLine();
        output.WriteLine($"Medians of {options.Rounds} rounds, in memory. A share over 100% is a part that is cheaper in its place than alone.");
    }

    private static string Json(BenchOptions options, VqCodec codec, VqImage picture, Bench bench, IReadOnlyList<BenchRow> rows, TimeSpan loading)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("format", FormatName);
            json.WriteStartObject("environment");
            foreach (var (name, value) in EvaluationEnvironment.Facts) json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteString("model", codec.Manifest.Name);
            json.WriteString("model_id", codec.Manifest.Id);
            json.WriteString("precision", Figures.Lower(codec.Precision));
            json.WriteString("device", codec.Device.ToString());
            json.WriteNumber("threads", options.Threads ?? 1);
            json.WriteNumber("rounds", options.Rounds);
            json.WriteNumber("width", picture.Width);
            json.WriteNumber("height", picture.Height);
            json.WriteNumber("loading_ms", Math.Round(loading.TotalMilliseconds, 1));
            json.WriteNumber("peak_operations_per_second", Math.Round(bench.PeakOperations));
            json.WriteStartObject("bits_per_pixel");
            foreach (var (mode, bits) in bench.BitsPerPixel) json.WriteNumber(Figures.Lower(mode), Math.Round(bits, 4));
            json.WriteEndObject();
            json.WriteStartArray("parts");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteString("name", row.Key);
                json.WriteNumber("megapixels_per_second", Math.Round(row.Rate, 3));
                json.WriteNumber("limit", Math.Round(row.Limit, 3));
                json.WriteString("limit_is", row.LimitName);
                json.WriteEndObject();
            }

            foreach (var part in (string[])["read png", "write png"])
            {
                json.WriteStartObject();
                json.WriteString("name", part.Replace(' ', '_'));
                json.WriteNumber("megapixels_per_second", Math.Round(bench.Rate(part), 3));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static string Threads(BenchOptions options) => options.Threads switch
    {
        null or 1 => "1 thread",
        0 => "a thread a core",
        _ => $"{options.Threads} threads",
    };

    private static string Text(double rate) => rate.ToString(rate < 100 ? "F1" : "F0", CultureInfo.InvariantCulture);
}
