using System.Diagnostics;
using System.Text.Json;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>Runs <c>dotnet msbuild</c> on a source project: what it evaluates to, or one target.</summary>
internal static class MsBuild
{
    /// <summary>Items by name, each an object of metadata with <c>Identity</c>.</summary>
    /// <param name="project">The name of a project under <c>src</c>.</param>
    /// <param name="items">The item types to return.</param>
    /// <param name="arguments">More arguments, such as <c>-p:Gpu=true</c>.</param>
    public static Dictionary<string, IReadOnlyList<IReadOnlyDictionary<string, string>>> Items(string project, string[] items, params string[] arguments)
    {
        var result = Run(project, ["-getItem:" + string.Join(',', items), .. arguments]);
        Assert.True(result.ExitCode == 0, result.ToString());
        using var json = JsonDocument.Parse(result.Output);
        return items.ToDictionary(
            item => item,
            item => (IReadOnlyList<IReadOnlyDictionary<string, string>>)
                [.. json.RootElement.GetProperty("Items").GetProperty(item).EnumerateArray().Select(i => i.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString()!))]);
    }

    /// <summary>Runs to the end.</summary>
    public static ToolResult Run(string project, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = SharedData.RepositoryRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { "msbuild", $"src/{project}", "-nodeReuse:false" }.Concat(arguments)) start.ArgumentList.Add(argument);

        // What `dotnet test` sets for its own MSBuild must not steer this one.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolResult(process.ExitCode, System.Text.Encoding.UTF8.GetBytes(output), error.Result);
    }
}
