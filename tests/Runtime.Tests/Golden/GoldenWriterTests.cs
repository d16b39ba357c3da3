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
    private readonly Dictionary<string, GoldenModel> _models = [];

    public void Dispose()
    {
        foreach (var model in _models.Values) model.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void Write_IntoAFolderWithModelsAlone_WritesFilesThatReadAsListed()
    {
        var folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } kept ? kept : CopyOfTheModels();
        var vectors = GoldenWriter.Write(folder);
        Assert.All(vectors.Accept, file => GoldenFileTests.CheckAccepted(folder, file, name => Model(folder, name)));
        Assert.All(vectors.Partial, file => GoldenFileTests.CheckPartial(folder, file, name => Model(folder, name)));
        Assert.All(vectors.Refuse, file => GoldenFileTests.CheckRefused(folder, file, name => Model(folder, name)));
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

    private GoldenModel Model(string folder, string name)
    {
        if (!_models.TryGetValue(name, out var model)) _models[name] = model = new GoldenModel(Path.Combine(folder, name));
        return model;
    }
}
