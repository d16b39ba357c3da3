using System.Diagnostics;

namespace VqVae.EndToEnd;

/// <summary>The native build of <c>vqcodec</c>, and running it as a process of its own.</summary>
internal static class NativeProgram
{
    /// <summary>The program that <see cref="NativeBuildFactAttribute.Variable"/> names.</summary>
    public static string File => Environment.GetEnvironmentVariable(NativeBuildFactAttribute.Variable)!;

    /// <summary>Runs a program to its end, with the model that it brings.</summary>
    /// <param name="program">It, or what starts it.</param>
    /// <param name="arguments">The arguments, not quoted.</param>
    /// <param name="folder">Where it runs; here where none is given.</param>
    /// <param name="bare">Whether it gets no environment at all.</param>
    public static (int Code, string Output, string Error) Run(string program, string[] arguments, string folder = "", bool bare = false)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        if (bare) start.Environment.Clear();
        start.Environment.Remove("VQVAE_MODEL");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
