using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Runs <c>vqcodec</c> as a process with a tiny model as its default.</summary>
internal static class VqCodecTool
{
    public static IReadOnlyDictionary<string, string?> Environment(string model) => new Dictionary<string, string?>
    {
        ["VQVAE_MODEL"] = model,
        ["VQCODEC_TRACE"] = null,
    };

    public static ToolResult Run(TinyModel model, TemporaryFolder folder, params string[] arguments) =>
        ToolProcess.Run("vqcodec", arguments, environment: Environment(model.Folder), workingFolder: folder.Path);

    public static ToolResult RunWithInput(TinyModel model, TemporaryFolder folder, byte[] input, params string[] arguments) =>
        ToolProcess.Run("vqcodec", arguments, input, Environment(model.Folder), folder.Path);

    /// <summary>Asserts success and returns standard output.</summary>
    public static string Succeed(ToolResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(result.Error);
        return result.Text;
    }

    /// <summary>Asserts a failure that says one line, and returns it.</summary>
    public static string Fail(int exitCode, ToolResult result)
    {
        Assert.True(result.ExitCode == exitCode, result.ToString());
        Assert.Empty(result.Output);
        var line = Assert.Single(result.Error.TrimEnd('\r', '\n').Split('\n'));
        Assert.StartsWith("vqcodec: ", line, StringComparison.Ordinal);
        return line;
    }

    /// <summary>The names in a folder, sorted.</summary>
    public static string[] Names(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];
}
