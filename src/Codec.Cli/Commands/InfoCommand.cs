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
        byte[] vq;
        try
        {
            vq = InputFile.ReadAll(path, terminal, cancellationToken);
        }
        catch (Exception e) when (options.Json && e is (IOException or UnauthorizedAccessException))
        {
            InfoReport.WriteJson(terminal.Output, [Unreadable(path, e)], single: true);
            throw;
        }

        var file = InspectedFile.Of(vq, name);
        if (options.Json) InfoReport.WriteJson(terminal.Output, [file with { Name = path }], single: true);
        else if (file.Info is not null) InfoReport.WriteLines(terminal.Output, file, file.Info);
        return file.Error is null ? ExitCode.Ok : throw new VqFormatException(file.Error);
    }

    private static int OfMany(InfoOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        var files = new List<InspectedFile>();
        var entries = FileTree.FindAll(options.Inputs, options.Recursive, VqInput.Extensions, Shard.All, (name, error) => files.Add(Unreadable(name, error)));
        if (entries.Count == 0 && files.Count == 0)
            throw new ImageException($"no .vq files{(options.Recursive ? "" : "; --recursive looks into folders inside folders, too")}");

        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                files.Add(InspectedFile.Of(File.ReadAllBytes(entry.Path), entry.Path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                files.Add(Unreadable(entry.Path, e) with { Bytes = entry.Length });
            }
        }

        if (options.Json) InfoReport.WriteJson(terminal.Output, files, single: false);
        else InfoReport.WriteTable(terminal, files);
        return BatchRun.Conclude(terminal, [.. files.Where(f => f.Error is not null).Select(f => (f.Name, f.Error!))], files.Count);
    }

    private static InspectedFile Unreadable(string name, Exception error) => new(name, 0, null, null, CodecProgram.Errors.Message(error));
}
