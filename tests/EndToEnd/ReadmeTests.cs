using System.Diagnostics;
using System.Text.RegularExpressions;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>What the README shows works: its commands exist with their options, its C# compiles, its tests are what CI runs.</summary>
public partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "README.md"));

    /// <summary>The assembly of each project that a command may run.</summary>
    private static readonly Dictionary<string, string> Tools = new()
    {
        ["src/Trainer"] = "trainer",
        ["src/Exporter"] = "exporter",
        ["src/Codec.Cli"] = "vqcodec",
    };

    [Fact]
    public void Commands_OfTheProjectsTools_ExistWithAllTheirOptions()
    {
        var commands = ToolCommands().ToList();
        foreach (var tool in Tools.Values) Assert.Contains(commands, c => c.Tool == tool);

        var pages = new Dictionary<string, string>();
        foreach (var (tool, words) in commands)
        {
            // `exporter RUN` has no verb: what is not a plain word is an argument.
            var verb = words.Count > 0 && Verb().IsMatch(words[0]) ? words[0] : null;
            var key = $"{tool} {verb}".Trim();
            if (!pages.TryGetValue(key, out var page))
            {
                var help = ToolProcess.Run(tool, verb is null ? ["export", "--help"] : [verb, "--help"]);
                Assert.True(help.ExitCode == 0, $"{key} --help: {help}");
                pages[key] = page = help.Text + help.Error;
            }

            foreach (var option in words.Where(w => w.StartsWith("--", StringComparison.Ordinal)).Select(w => w.Split('=')[0]))
                Assert.True(Regex.IsMatch(page, Regex.Escape(option) + @"(?![\w-])"), $"'{key}' has no option {option}");
        }
    }

    [Fact]
    public void Commands_ThatRunAProject_NameOneThatExists()
    {
        foreach (Match match in Project().Matches(Text))
            Assert.True(Directory.Exists(Path.Combine(SharedData.RepositoryRoot, match.Groups[1].Value)), match.Value);
    }

    [Fact]
    public void FirstCommand_OfTheReadme_IsTheDemo()
    {
        var (tool, words) = ToolCommands().First();
        Assert.Equal("vqcodec", tool);
        using var folder = new TemporaryFolder();

        var run = ToolProcess.Run(tool, words, workingFolder: folder.Path);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.NotEmpty(Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories));
    }

    [Fact]
    public void TestCommand_OfTheReadme_IsTheOneThatCiRuns()
    {
        const string Command = "dotnet test -c Release";
        Assert.Contains(Command, Commands());
        Assert.Matches(new Regex($"^step {Command}( \\|\\||$)", RegexOptions.Multiline), File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, ".ci", "run")));
    }

    [Fact]
    public void Links_ToFiles_LeadSomewhere()
    {
        foreach (Match link in Link().Matches(Text))
        {
            var target = link.Groups[1].Value.Split('#')[0];
            if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal)) continue;
            Assert.True(Path.Exists(Path.Combine(SharedData.RepositoryRoot, target)), $"the link to {target} is broken");
        }
    }

    [Fact]
    public void CSharp_OfTheReadme_Compiles()
    {
        var blocks = Blocks("csharp", "cs").ToList();
        Assert.NotEmpty(blocks);
        using var folder = new TemporaryFolder();
        var runtime = Path.Combine(AppContext.BaseDirectory, "VqVae.Runtime.dll");
        var modelSpec = Path.Combine(AppContext.BaseDirectory, "VqVae.ModelSpec.dll");
        File.WriteAllText(folder["Readme.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup><Reference Include="{runtime}" /><Reference Include="{modelSpec}" /></ItemGroup>
            </Project>
            """);
        for (var i = 0; i < blocks.Count; i++) File.WriteAllText(folder[$"Block{i}.cs"], Wrap(blocks[i], i));

        // An empty list of sources: nothing may be fetched.
        File.WriteAllText(folder["nuget.config"], "<configuration><packageSources><clear /></packageSources></configuration>");
        var (exitCode, output) = Dotnet("build", folder["Readme.csproj"], "-v", "quiet", "-nologo");

        Assert.True(exitCode == 0, output);
    }

    /// <summary>A block as a method of its own: what it takes from the app around it are fields.</summary>
    private static string Wrap(string block, int number)
    {
        var lines = block.Split('\n');
        var usings = lines.Where(l => UsingDirective().IsMatch(l));
        var body = lines.Where(l => !UsingDirective().IsMatch(l));
        return $$"""
            {{string.Join('\n', usings)}}

            internal static class Block{{number}}
            {
                private static readonly byte[] rgb = new byte[3], bytes = new byte[3], pixels = new byte[3], vq = new byte[3];
                private static readonly int width = 1, height = 1;
                private static readonly CancellationToken cancellationToken;

                public static async Task Run()
                {
                    await Task.Yield();
            {{string.Join('\n', body)}}
                }
            }
            """;
    }

    private static (int ExitCode, string Output) Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    /// <summary>The commands that run one of the project's tools, by name or through <c>dotnet run</c>, with their arguments.</summary>
    private static IEnumerable<(string Tool, IReadOnlyList<string> Words)> ToolCommands()
    {
        foreach (var command in Commands())
        {
            foreach (var part in command.Split(['|', ';', '>', '<'], StringSplitOptions.TrimEntries).SelectMany(p => p.Split("&&", StringSplitOptions.TrimEntries)))
            {
                var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 0) continue;
                if (words is ["dotnet", "run", ..])
                {
                    var project = words[Array.IndexOf(words, "--project") + 1].TrimEnd('/');
                    var separator = Array.IndexOf(words, "--");
                    yield return (Tools[project], separator < 0 ? [] : words[(separator + 1)..]);
                }
                else if (Tools.ContainsValue(words[0]))
                {
                    yield return (words[0], words[1..]);
                }
            }
        }
    }

    /// <summary>The lines of shell blocks that are commands: continued lines joined, prompts, comments and, after prompts, output left out.</summary>
    private static IEnumerable<string> Commands()
    {
        foreach (var block in Blocks("console", "bash", "sh", "shell"))
        {
            var lines = block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var prompts = lines.Any(l => l.StartsWith("$ ", StringComparison.Ordinal));
            foreach (var line in lines)
            {
                if (prompts && !line.StartsWith("$ ", StringComparison.Ordinal)) continue;
                var command = Regex.Replace(prompts ? line[2..] : line, @"(^|\s)#.*$", "").Trim();
                if (command.Length > 0) yield return Regex.Replace(command, " +", " ");
            }
        }
    }

    private static IEnumerable<string> Blocks(params string[] languages) => Fence().Matches(Text.ReplaceLineEndings("\n"))
        .Where(m => languages.Contains(m.Groups["language"].Value))
        .Select(m => m.Groups["body"].Value);

    [GeneratedRegex(@"^```(?<language>\w+)[^\n]*\n(?<body>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("--project ([^ \n`]+)")]
    private static partial Regex Project();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z]+$")]
    private static partial Regex Verb();

    [GeneratedRegex(@"^\s*using [A-Za-z.]+;\s*$")]
    private static partial Regex UsingDirective();
}
