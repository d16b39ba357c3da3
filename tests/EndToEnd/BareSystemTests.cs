using System.Diagnostics;
using System.Text.RegularExpressions;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>
/// The release build of <c>vqcodec</c> in a root that holds its folder, glibc, libstdc++ and libgcc, and nothing else: no .NET, no ICU, no OpenSSL, no fonts, no locales, no
/// <c>/tmp</c>, no <c>/proc</c>.
/// </summary>
public sealed partial class BareSystemTests : IDisposable
{
    private static readonly string[] Allowed =
        ["ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "libresolv.so.2", "librt.so.1", "libstdc++.so.6"];

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [BareSystemFact]
    public void Commands_WithoutAnythingElse_DoTheirWork()
    {
        Build();
        Assert.Contains("side-by-side.png", Succeed("demo"), StringComparison.Ordinal);
        Succeed("compress", "vqcodec-demo/sample.png", "a.vq", "--quality", "60", "--verify");
        foreach (var name in (string[])["a.png", "a.jpg", "a.webp"])
        {
            Succeed("decompress", "a.vq", name);
            Assert.True(new FileInfo(_root[name]).Length > 1000, name);
        }

        Succeed("verify", "a.vq");
        Assert.Contains("768", Succeed("info", "a.vq"), StringComparison.Ordinal);
        Assert.StartsWith("vqcodec eval", Succeed("eval", "--help"), StringComparison.Ordinal);
        Directory.CreateDirectory(_root["pictures"]);
        File.Copy(_root["a.png"], _root["pictures/a.png"]);
        Succeed("compress", "pictures", "-o", "small", "--jobs", "2");
        Assert.Contains("BD-rate", Succeed("eval", "pictures", "--against", "jpeg,webp,avif", "--qualities", "40,60,80,95", "--out", "report"), StringComparison.Ordinal);

        // The same bytes as outside of it.
        var outside = NativeProgram.Run(NativeProgram.File, ["compress", _root["a.png"], _root["outside.vq"]]);
        Assert.True(outside.Code == 0, outside.Error);
        Succeed("compress", "a.png", "inside.vq");
        Assert.Equal(File.ReadAllBytes(_root["outside.vq"]), File.ReadAllBytes(_root["inside.vq"]));
    }

    /// <summary>Copies the program's folder, and from this machine the libraries that the system's loader finds for it.</summary>
    private void Build()
    {
        var source = Path.GetDirectoryName(Path.GetFullPath(NativeProgram.File))!;
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is not (".dbg" or ".pdb")))
            Copy(file, Path.Combine(_root["opt"], Path.GetRelativePath(source, file)));

        var libraries = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(source).Where(f => f == Path.GetFullPath(NativeProgram.File) || f.Contains(".so", StringComparison.Ordinal)))
            foreach (Match match in Library().Matches(NativeProgram.Run("ldd", [file]).Output)) libraries.Add(match.Value);
        Assert.Empty(libraries.Select(l => Path.GetFileName(l)).Except(Allowed));
        foreach (var library in libraries) Copy(library, _root.Path + library);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to, overwrite: true);
    }

    private string Succeed(params string[] arguments)
    {
        var (code, output, error) = NativeProgram.Run(BareSystemFactAttribute.ChangeRoot[0], [.. BareSystemFactAttribute.ChangeRoot[1..], _root.Path, "/opt/" + Path.GetFileName(NativeProgram.File), .. arguments], bare: true);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {code}, {error}");
        return output;
    }

    /// <summary>The paths in what <c>ldd</c> prints.</summary>
    [GeneratedRegex(@"(?<==> |^\s+)/\S+", RegexOptions.Multiline)]
    private static partial Regex Library();
}

/// <summary>A test of the native program in a root of its own, skipped where none is named or the system allows no change of root.</summary>
public sealed class BareSystemFactAttribute : FactAttribute
{
    /// <summary>Not every user's path has the system's tools. Before what is found in it: static fields are set in their order.</summary>
    private static readonly string[] SystemFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The command, before the root: as root <c>chroot</c> itself, otherwise in a namespace where the user is root.</summary>
    internal static readonly string[] ChangeRoot = Environment.IsPrivilegedProcess ? [Find("chroot")] : [Find("unshare"), "-r", Find("chroot")];

    public BareSystemFactAttribute()
    {
        if (new NativeBuildFactAttribute().Skip is { } reason) Skip = reason;
        else if (!OperatingSystem.IsLinux()) Skip = "a root of its own is a matter of Linux";
        else if (!MayChangeRoot()) Skip = $"'{string.Join(' ', ChangeRoot)} / true' fails: this needs root, or namespaces for users";
    }

    private static bool MayChangeRoot()
    {
        try
        {
            using var process = Process.Start(ChangeRoot[0], [.. ChangeRoot[1..], "/", "/bin/true"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Where the program is.</summary>
    private static string Find(string name) =>
        SystemFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? name;
}
