using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VqVae.Trainer.Run;

namespace VqVae.Trainer.Data;

/// <summary>The files to learn from: those to train on and those that are only ever measured.</summary>
/// <param name="Root">The folder, or that of the list.</param>
/// <param name="Training">Paths, relative to <paramref name="Root"/> or, in a list, maybe absolute; sorted ordinally.</param>
/// <param name="Validation">The same; never trained on.</param>
/// <param name="Layout">What the folder or list was taken for, for a person to read.</param>
internal sealed record ImageCollection(string Root, IReadOnlyList<string> Training, IReadOnlyList<string> Validation, string Layout)
{
    private const string CelebaImages = "img_align_celeba";
    private const string CelebaPartition = "list_eval_partition.txt";

    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase) { ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff" };

    /// <summary>CelebA's official test images, likewise, for whoever measures a finished model; <c>null</c> for other layouts, which have none.</summary>
    public IReadOnlyList<string>? Test { get; private init; }

    /// <summary>
    /// Finds the images of a folder: CelebA's own layout with its official partition where <c>list_eval_partition.txt</c> is there,
    /// otherwise all image files below it, of which about one in twenty (at least one) becomes the validation split. Or reads the images of a list
    /// (<see cref="ImageList"/>), which are split likewise, by their paths as they are written there.
    /// </summary>
    /// <exception cref="IOException">The folder or list does not exist, names no image file or a missing one.</exception>
    public static ImageCollection Find(string root)
    {
        if (File.Exists(root)) return FromList(root);
        if (!Directory.Exists(root)) throw new IOException($"the folder '{root}' does not exist");
        var partition = Path.Combine(root, CelebaPartition);
        return File.Exists(partition) ? FromCeleba(root, partition) : FromFolder(root);
    }

    private static ImageCollection FromFolder(string root)
    {
        var files = FilesBelow(root)
            .Where(f => Extensions.Contains(Path.GetExtension(f)))
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (files.Length == 0) throw new IOException($"no image ({string.Join(", ", Extensions.Order(StringComparer.Ordinal))}) below '{root}'");
        return Split(root, files, "folder of images");
    }

    private static ImageCollection FromList(string path)
    {
        if (!ImageList.IsList(path)) throw new IOException($"'{path}' is a file; expected a folder of images, or a list of them that ends in {ImageList.Extensions}");
        var (files, repeated) = ImageList.Read(path);
        return Split(ImageList.Root(path), files, repeated == 0 ? "list of images" : $"list of images, {repeated} that came again left out");
    }

    private static ImageCollection Split(string root, IReadOnlyList<string> files, string layout)
    {
        // By a hash of the path, so that adding images moves none from one side to the other.
        var validation = files.Where(f => Hash(f) % 20 == 0).ToHashSet(StringComparer.Ordinal);
        if (validation.Count == 0 && files.Count > 1) validation.Add(files.MinBy(Hash)!);

        // But something must be left to train on, if there is but one image.
        if (validation.Count == files.Count) validation.Remove(files.MaxBy(Hash)!);
        return new ImageCollection(root, [.. files.Where(f => !validation.Contains(f))], [.. files.Where(validation.Contains)], layout);
    }

    /// <summary>
    /// All files below a folder, but those of run folders, whose sample pictures are not images to learn from, and those behind links to
    /// folders, which may lead round in circles.
    /// </summary>
    private static IEnumerable<string> FilesBelow(string folder)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };
        var inner = new DirectoryInfo(folder).EnumerateDirectories("*", options)
            .Where(d => !d.Attributes.HasFlag(FileAttributes.ReparsePoint) && !File.Exists(new RunFolder(d.FullName).Settings))
            .SelectMany(d => FilesBelow(Path.Combine(folder, d.Name)));
        return Directory.EnumerateFiles(folder, "*", options).Concat(inner);
    }

    private static ImageCollection FromCeleba(string root, string partition)
    {
        List<string> training = [], validation = [], test = [];
        var number = 0;
        foreach (var line in File.ReadLines(partition))
        {
            number++;
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0) continue;
            if (fields.Length != 2 || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var part) || part > 2 || fields[0].Contains('/', StringComparison.Ordinal))
                throw new IOException($"'{partition}', line {number}: expected a file name and 0 (train), 1 (validation) or 2 (test)");

            (part switch { 0 => training, 1 => validation, _ => test }).Add($"{CelebaImages}/{fields[0]}");
        }

        if (training.Count == 0) throw new IOException($"'{partition}' names no training image");
        foreach (var files in (List<string>[])[training, validation, test]) files.Sort(StringComparer.Ordinal);
        return new ImageCollection(root, training, validation, "CelebA with its official partition") { Test = test };
    }

    private static ulong Hash(string path) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
}
