using VqVae.TestSupport;

namespace VqVae.Runtime.Tests.Golden;

/// <summary>
/// Keeps the golden files' writer working, so that a new mode or section gets golden files in the same way. With the environment variable
/// <see cref="Variable"/> set to a folder, it adds to that folder what it lacks.
/// </summary>
public sealed class GoldenWriterTests : IDisposable
{
    public const string Variable = "VQ_GOLDEN_FOLDER";

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Write_IntoAFolderWithModelsAlone_WritesFilesThatReadAsListed()
    {
        var folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } kept ? kept : CopyOfTheModels();
        var vectors = GoldenWriter.Write(folder);
        using var models = new GoldenModels(folder);
        Assert.All(vectors.Accept, file => GoldenFileTests.CheckAccepted(folder, file, models));
        Assert.All(vectors.Partial, file => GoldenFileTests.CheckPartial(folder, file, models));
        Assert.All(vectors.Refuse, file => GoldenFileTests.CheckRefused(folder, file, models));
        Assert.All(vectors.RefusePartial, file => GoldenFileTests.CheckRefused(folder, file, models, allowPartial: true));
    }

    private string CopyOfTheModels()
    {
        foreach (var model in (string[])["klt", "planes", "scales"])
        {
            var target = Directory.CreateDirectory(_temporary[Path.Combine("models", model)]);
            foreach (var file in Directory.GetFiles(Path.Combine(GoldenVectors.Folder, "models", model))) File.Copy(file, Path.Combine(target.FullName, Path.GetFileName(file)));
        }

        return _temporary.Path;
    }
}
