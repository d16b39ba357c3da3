using VqVae.Trainer.Data;

namespace VqVae.Trainer.Metrics;

/// <summary>Which of a folder's images are meant.</summary>
internal enum ImagePart
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Those that <c>fit</c> trains on.</summary>
    Train,

    /// <summary>Those that <c>fit</c> holds back.</summary>
    Validation,

    /// <summary>CelebA's official test images, which <c>fit</c> never opens.</summary>
    Test,
}

/// <summary>The images that a command other than <c>fit</c> works on: of a folder, of a list, or one.</summary>
/// <param name="Root">The folder that the names are relative to.</param>
/// <param name="Names">The files, in the order of a list, or sorted ordinally.</param>
internal sealed record ImageFiles(string Root, IReadOnlyList<string> Names)
{
    /// <summary>Finds the images.</summary>
    /// <param name="data">
    /// A folder as <c>fit</c> takes one, an image file, or a text file with the path of an image on each line, relative to the list's folder;
    /// empty lines and those that begin with <c>#</c> do not count.
    /// </param>
    /// <param name="partName">Which of a folder's images, as <c>--part</c> has it; <c>null</c> for all, but of CelebA's own layout <paramref name="celebaPart"/>.</param>
    /// <param name="celebaPart">The part of CelebA that is meant where none is named.</param>
    /// <exception cref="IOException">There is no such folder or list, or it names no image.</exception>
    /// <exception cref="ArgumentException">There is no such part.</exception>
    public static ImageFiles Find(string data, string? partName, ImagePart celebaPart)
    {
        var part = Parse(partName);
        if (File.Exists(data))
        {
            if (part is not null and not ImagePart.All) throw new ArgumentException("--part: only a folder has parts, a list names the images itself");
            return IsImage(data) ? new ImageFiles(FolderOf(data), [Path.GetFileName(data)]) : FromList(data);
        }

        var images = ImageCollection.Find(data);
        if (part == ImagePart.Test && images.Test is null) throw new ArgumentException("--part test: only CelebA's own layout has test images; name a folder or a list of yours with --data");
        string[] names = (part ?? (images.Test is null ? ImagePart.All : celebaPart)) switch
        {
            ImagePart.Train => [.. images.Training],
            ImagePart.Validation => [.. images.Validation],
            ImagePart.Test => [.. images.Test ?? []],
            _ => [.. images.Training, .. images.Validation, .. images.Test ?? []],
        };
        if (names.Length == 0) throw new IOException($"'{data}' has no image in that part");
        return new ImageFiles(data, [.. names.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Where a file lies.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);

    private static ImagePart? Parse(string? part) => part switch
    {
        null => null,
        "all" => ImagePart.All,
        "train" => ImagePart.Train,
        "validation" => ImagePart.Validation,
        "test" => ImagePart.Test,
        _ => throw new ArgumentException($"--part: expected all, train, validation or test, got '{part}'"),
    };

    private static bool IsImage(string path)
    {
        try
        {
            VipsImages.Open(path).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static ImageFiles FromList(string path)
    {
        string[] names = [.. File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#')];
        if (names.Length == 0) throw new IOException($"the list '{path}' names no image");
        if (names.FirstOrDefault(n => n.Any(char.IsControl) || n.Contains('\ufffd', StringComparison.Ordinal)) is not null)
            throw new IOException($"'{path}' is neither an image that can be read nor a list of images");
        return new ImageFiles(FolderOf(path), names);
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}
