namespace VqVae.Benchmarks;

/// <summary>One way through a folder of files, to a folder that is empty each time.</summary>
/// <param name="Name">The tool and its settings.</param>
/// <param name="Output">Where the results go.</param>
/// <param name="Files">Makes all of them.</param>
internal sealed record CodecRun(string Name, string Output, Action<string> Files)
{
    /// <summary>The tool alone.</summary>
    public string Tool => Name.Split(' ')[0];

    /// <summary>Empties the folder.</summary>
    public void Clear()
    {
        if (Directory.Exists(Output)) Directory.Delete(Output, recursive: true);
        Directory.CreateDirectory(Output);
    }

    /// <summary>Makes all files.</summary>
    public void Run() => Files(Output);

    /// <summary>Bytes of the results, of which there are as many as there should be.</summary>
    public long OutputBytes(int expected)
    {
        var files = new DirectoryInfo(Output).GetFiles();
        return files.Length == expected ? files.Sum(f => f.Length) : throw new InvalidOperationException($"{Name}: expected {expected} files, got {files.Length}");
    }
}
