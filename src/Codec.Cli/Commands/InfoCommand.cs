using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.Coding;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec info</c>: what <c>.vq</c> files are and whether they are intact; needs no model.</summary>
internal static class InfoCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>The exit code: failed where a file is damaged, after what its header says was printed.</returns>
    public static int Run(InfoOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        return options.Single is { } path ? OfOne(path, options, terminal, cancellationToken) : OfMany(options, terminal, cancellationToken);
    }

    private static int OfOne(string path, InfoOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        var name = InputFile.NameOf(path);
        var file = InspectedFile.Of(InputFile.ReadAll(path, terminal, cancellationToken), name);
        if (file.Info is null) throw new VqFormatException(file.Error!);
        if (options.Json) InfoReport.WriteJson(terminal.Output, [file with { Name = path }], single: true);
        else InfoReport.WriteLines(terminal.Output, file, file.Info);
        return file.Error is null ? ExitCode.Ok : throw new VqFormatException(file.Error);
    }

    private static int OfMany(InfoOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        var failures = new List<(string Name, string Message)>();
        void Failed(string name, Exception error) => failures.Add((name, CodecProgram.Errors.Message(error)));
        var entries = FileTree.FindAll(options.Inputs, options.Recursive, VqInput.Extensions, Shard.All, Failed);
        if (entries.Count == 0 && failures.Count == 0)
            throw new ImageException($"no .vq files{(options.Recursive ? "" : "; --recursive looks into folders inside folders, too")}");

        var files = new List<InspectedFile>();
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                files.Add(InspectedFile.Of(File.ReadAllBytes(entry.Path), entry.Path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                files.Add(new InspectedFile(entry.Path, entry.Length, null, null, CodecProgram.Errors.Message(e)));
            }
        }

        if (options.Json) InfoReport.WriteJson(terminal.Output, files, single: false);
        else InfoReport.WriteTable(terminal, files);
        failures.AddRange(files.Where(f => f.Error is not null).Select(f => (f.Name, f.Error!)));
        return BatchRun.Conclude(terminal, failures, files.Count);
    }
}
