using System.Diagnostics;
using System.Runtime.Versioning;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>The script that checks a clone, with a stand-in for <c>dotnet</c>: its last line is a sum however it ends.</summary>
public sealed class ContinuousIntegrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("restore", 7, "0 passed, 0 failed")]
    [InlineData("format", 7, "0 passed, 0 failed")]
    [InlineData("build", 7, "0 passed, 0 failed")]
    [InlineData("publish", 7, "0 passed, 0 failed")]
    [InlineData("pack", 7, "0 passed, 0 failed")]
    [InlineData("test", 1, "43 passed, 1 failed, 1 skipped")]
    [InlineData("npm-ci", 1, "3 passed, 1 failed, 1 skipped")]
    [InlineData("npm-test", 1, "3 passed, 1 failed, 1 skipped")]
    [InlineData("nothing", 1, "43 passed, 1 failed, 1 skipped")]
    public void Run_AStepFails_EndsWithTheSumAndFails(string failing, int exitCode, string lastLine)
    {
        if (OperatingSystem.IsWindows()) return;

        var (code, output) = RunScript(failing);

        Assert.Equal(lastLine, output.TrimEnd('\n').Split('\n')[^1]);
        Assert.Equal(exitCode, code);
    }

    [Fact]
    public void Run_TestsFail_NamesThemAndWhatTheySaidBeforeTheSum()
    {
        if (OperatingSystem.IsWindows()) return;

        var (_, output) = RunScript("test");

        Assert.EndsWith("""
            failed: A.Bad(name: "x")
                Assert.Equal() Failure
                Expected: 1
                at A.Bad()
            failed: web: not ok 7 - the page opens

            43 passed, 1 failed, 1 skipped

            """.ReplaceLineEndings("\n"), output);
    }

    [Fact]
    public void Run_StartedInTheBackground_LetsTestsInterruptPrograms()
    {
        if (OperatingSystem.IsWindows()) return;

        var (_, output) = RunScript("test", "trap '' INT;");

        Assert.Contains("interrupted\n", output, StringComparison.Ordinal);
    }

    /// <summary>Runs the script in a folder with one test project, where the step <paramref name="failing"/> fails, after other commands of a shell.</summary>
    [UnsupportedOSPlatform("windows")]
    private (int ExitCode, string Output) RunScript(string failing, string before = "")
    {
        Directory.CreateDirectory(_folder[".ci"]);
        File.Copy(Path.Combine(SharedData.RepositoryRoot, ".ci", "run"), _folder[".ci/run"]);
        Directory.CreateDirectory(_folder["tests/A"]);
        File.WriteAllText(_folder["tests/A/A.csproj"], "<IsTestProject>true</IsTestProject>");
        Directory.CreateDirectory(_folder["tools"]);
        File.WriteAllText(_folder["tools/dotnet"], $$"""
            #!/bin/sh
            if [ "$1" = test ]; then
                sh -c 'kill -INT $$' || echo interrupted
                mkdir -p test-results
                cat > test-results/A.trx << 'END'
              <UnitTestResult testName="A.Good" outcome="Passed" testType="1" />
              <UnitTestResult testName="A.Bad(name: &quot;x&quot;)" outcome="Failed" testType="1">
                <Output>
                  <ErrorInfo>
                    <Message>Assert.Equal() Failure
            Expected: 1</Message>
                    <StackTrace>   at A.Bad()</StackTrace>
                  </ErrorInfo>
                </Output>
              </UnitTestResult>
              <UnitTestResult testName="A.Loud" outcome="Passed" testType="1">
                <Output>
                  <StdOut>said</StdOut>
                </Output>
              </UnitTestResult>
              <Counters total="5" executed="4" passed="3" failed="1" />
            END
            fi
            if [ "$1" = {{failing}} ]; then exit 7; fi
            """);
        File.WriteAllText(_folder["tools/npm"], $$"""
            #!/bin/sh
            if [ "npm-$3" = {{failing}} ]; then exit 7; fi
            if [ "$3" = test ]; then printf 'ok 6 - the page is small\nnot ok 7 - the page opens\n# tests 40\n# pass 40\n# fail 0\n# skipped 0\n' > "$TEST_RESULTS"; fi
            """);
        File.WriteAllText(_folder["tools/node"], "#!/bin/sh\necho 20\n");
        File.WriteAllText(_folder["tools/chromium"], "#!/bin/sh\n");
        foreach (var tool in Directory.GetFiles(_folder["tools"])) File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var start = new ProcessStartInfo("bash", ["-c", before + "bash '" + _folder[".ci/run"] + "'"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = _folder["tools"] + ":" + Environment.GetEnvironmentVariable("PATH");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Length > 0 ? output : error.Result);
    }
}
