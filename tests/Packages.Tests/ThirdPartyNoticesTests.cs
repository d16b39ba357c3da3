using VqVae.Build;
using VqVae.TestSupport;

namespace VqVae.Packages.Tests;

/// <summary>What the build writes about packages, on packages made for it.</summary>
public sealed class ThirdPartyNoticesTests : IDisposable
{
    private static readonly string StandardTexts = Path.Combine(SharedData.RepositoryRoot, "build", "licenses");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Compose_FilesOfPackages_GivesASectionAPackageInOrder()
    {
        var second = Package("cache", "Second", "2.0.0", """<license type="file">Terms.rtf</license><copyright>Somebody</copyright><projectUrl>https://second.example/</projectUrl>""", ("Terms.rtf", "Second's terms.\r\n"), ("ThirdPartyNotices.txt", "What Second holds.  \r\n\r\n"));
        var first = Package("cache", "First", "1.0.0", """<license type="expression">MIT</license>""", ("LICENSE", "First's terms."));
        File.WriteAllText(_folder["own.dll"], "");
        var text = ThirdPartyNotices.Compose("program", [second, _folder["own.dll"], first, first], StandardTexts, "");

        var notices = new NoticesFile(text);
        Assert.Equal(["First 1.0.0", "Second 2.0.0"], notices.Packages);
        Assert.EndsWith("First 1.0.0\n\nLicence: MIT\nCopyright: the authors\n\n--- LICENSE ---\n\nFirst's terms.\n", notices.Section("First"), StringComparison.Ordinal);
        Assert.EndsWith(
            "Second 2.0.0\n\nLicence: Terms.rtf\nCopyright: Somebody\nProject: https://second.example/\n\n--- Terms.rtf ---\n\nSecond's terms.\n\n--- ThirdPartyNotices.txt ---\n\nWhat Second holds.\n",
            notices.Section("Second"), StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
    }

    [Fact]
    public void Compose_TheSamePackagesElsewhere_GivesTheSameText()
    {
        string[] Packages(string cache) =>
            [Package(cache, "A", "1.0.0", """<license type="expression">MIT</license>"""), Package(cache, "B", "1.0.0", """<license type="expression">BSD-3-Clause</license>""")];
        var text = ThirdPartyNotices.Compose("program", Packages("here"), StandardTexts, "");
        Assert.Equal(text, ThirdPartyNotices.Compose("program", Packages("some/where/else").Reverse(), StandardTexts, ""));
        Assert.DoesNotContain(_folder.Path, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_ATextThatSeveralPackagesCarry_IsWrittenOnce()
    {
        var files = ((string[])["A", "B"]).Select(id => Package("cache", id, "1.0.0", "", ("LICENSE.txt", id == "A" ? "Long terms.\r\n" : "Long terms.\n"))).ToList();
        var notices = new NoticesFile(ThirdPartyNotices.Compose("program", files, StandardTexts, ""));
        Assert.Contains("Long terms.", notices.Section("A"), StringComparison.Ordinal);
        Assert.DoesNotContain("Long terms.", notices.Section("B"), StringComparison.Ordinal);
        Assert.Contains("--- LICENSE.txt: the same text as LICENSE.txt of A 1.0.0, above ---", notices.Section("B"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MIT", "Somebody", "MIT License\n\nCopyright (c) Somebody\n\nPermission is hereby granted", "THE SOFTWARE IS PROVIDED \"AS IS\"")]
    [InlineData("BSD-3-Clause", "© Somebody", "BSD 3-Clause License\n\n© Somebody\n\nRedistribution", "3. Neither the name")]
    [InlineData("LGPL-3.0-or-later", "Somebody", "GNU LESSER GENERAL PUBLIC LICENSE", "--- GPL-3.0 ---\n\n                    GNU GENERAL PUBLIC LICENSE")]
    [InlineData("(MIT OR LGPL-3.0-only)", "Somebody", "--- MIT ---", "--- LGPL-3.0 ---")]
    public void Compose_PackageThatOnlyNamesItsLicence_HasItsText(string expression, string copyright, params string[] expected)
    {
        var file = Package("cache", "A", "1.0.0", $"""<license type="expression">{expression}</license><copyright>{copyright}</copyright>""", ("NOTICE.md", "What A holds."));
        var section = new NoticesFile(ThirdPartyNotices.Compose("program", [file], StandardTexts, "")).Section("A");
        Assert.All(expected, text => Assert.Contains(text, section, StringComparison.Ordinal));
        Assert.EndsWith("--- NOTICE.md ---\n\nWhat A holds.\n", section, StringComparison.Ordinal);
        Assert.DoesNotContain("<copyright>", section, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "A 1.0.0", "no licence file")]
    [InlineData("<licenseUrl>https://a.example/terms</licenseUrl>", "A 1.0.0", "https://a.example/terms")]
    [InlineData("""<license type="expression">MIT AND Unheard-Of</license>""", "A 1.0.0", "build/licenses/Unheard-Of.txt")]
    public void Compose_PackageWithoutALicenceText_IsRefused(string metadata, params string[] expected)
    {
        var file = Package("cache", "A", "1.0.0", metadata, ("README.md", "Hello."));
        var error = Assert.Throws<InvalidDataException>(() => ThirdPartyNotices.Compose("program", [file], StandardTexts, ""));
        Assert.All(expected, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Compose_PackOfTheSdk_HasTheSdksTexts()
    {
        Directory.CreateDirectory(_folder["dotnet/packs/Host.linux-x64/10.0.1/runtimes/native"]);
        File.WriteAllText(_folder["dotnet/LICENSE.txt"], "The SDK's terms.");
        File.WriteAllText(_folder["dotnet/ThirdPartyNotices.txt"], "What the SDK holds.");
        var text = ThirdPartyNotices.Compose("program", [_folder["dotnet/packs/Host.linux-x64/10.0.1/runtimes/native/apphost"]], StandardTexts, _folder["dotnet/packs/"]);
        Assert.EndsWith("Host.linux-x64 10.0.1\n\n--- LICENSE.txt ---\n\nThe SDK's terms.\n\n--- ThirdPartyNotices.txt ---\n\nWhat the SDK holds.\n", new NoticesFile(text).Section("Host.linux-x64"), StringComparison.Ordinal);
    }

    /// <summary>Makes a package as it lies in a cache, and returns an assembly in it.</summary>
    private string Package(string cache, string id, string version, string metadata, params (string Name, string Content)[] files)
    {
        var folder = _folder[Path.Combine(cache, id.ToLowerInvariant(), version)];
        Directory.CreateDirectory(Path.Combine(folder, "lib", "net10.0"));
        File.WriteAllText(
            Path.Combine(folder, id.ToLowerInvariant() + ".nuspec"),
            $"""<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>{id}</id><version>{version}</version><authors>the authors</authors>{metadata}</metadata></package>""");
        foreach (var (name, content) in files) File.WriteAllText(Path.Combine(folder, name), content);
        return Path.Combine(folder, "lib", "net10.0", id + ".dll");
    }
}
