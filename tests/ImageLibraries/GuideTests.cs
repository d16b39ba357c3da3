using System.Text.RegularExpressions;
using System.Xml.Linq;
using VqVae.TestSupport;

namespace VqVae.ImageLibraries;

/// <summary>The code for image libraries in <c>docs/embedding.md</c> is this project's, and so are the versions that it names.</summary>
public sealed partial class GuideTests
{
    private static readonly Guide Embedding = new("embedding.md");

    [Theory]
    [InlineData("ImageSharp", "ImageSharpPictures.cs")]
    [InlineData("SkiaSharp", "SkiaSharpPictures.cs")]
    [InlineData("NetVips", "NetVipsPictures.cs")]
    [InlineData("System.Drawing", "SystemDrawingPictures.cs")]
    public void Guide_CodeOfALibrary_IsTheFileThatIsTested(string library, string file)
    {
        var block = Assert.Single(Guide.Code(Embedding.Section("### " + library)));
        var source = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "tests", "ImageLibraries", file));
        Assert.Equal(NamespaceOrComment().Replace(source, ""), block);
    }

    [Fact]
    public void Guide_Libraries_AreAllTested()
    {
        var section = Embedding.Section("## Image libraries");
        Assert.Equal(4, Guide.Code(section).Count);
        Assert.Equal(["ImageSharp", "SkiaSharp", "NetVips", "System.Drawing"], Guide.Rows(section).Select(row => row[0]));
    }

    [Theory]
    [InlineData("ImageSharp", "SixLabors.ImageSharp")]
    [InlineData("SkiaSharp", "SkiaSharp")]
    [InlineData("SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies")]
    [InlineData("NetVips", "NetVips")]
    [InlineData("NetVips", "NetVips.Native.linux-x64")]
    [InlineData("System.Drawing", "System.Drawing.Common")]
    public void Guide_VersionOfALibrary_IsTheOneThatIsBuilt(string library, string package)
    {
        var packages = XDocument.Load(Path.Combine(SharedData.RepositoryRoot, "Directory.Packages.props"));
        var version = (string)packages.Descendants("PackageVersion").Single(v => (string?)v.Attribute("Include") == package).Attribute("Version")!;
        if (version.StartsWith("$(", StringComparison.Ordinal)) version = packages.Descendants(version[2..^1]).Single().Value;
        var row = Guide.Rows(Embedding.Section("## Image libraries")).Single(cells => cells[0] == library);
        Assert.Matches($@"(^|\D){Regex.Escape(version)}(\D|$)", row[1]);
    }

    /// <summary>What a file of this project has beside the guide's text.</summary>
    [GeneratedRegex(@"^(namespace .*\n\n|///.*\n)", RegexOptions.Multiline)]
    private static partial Regex NamespaceOrComment();
}
