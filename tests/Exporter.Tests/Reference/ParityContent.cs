using VqVae.Models;

namespace VqVae.Exporter.Tests.Reference;

/// <summary>A parity file's tensors before they are written, so that a test can change them.</summary>
internal sealed class ParityContent
{
    public string Format { get; set; } = RunFiles.ParityFormat;

    public string Id { get; set; } = "";

    public int Samples { get; set; }

    /// <summary>Elements (an array of byte, int or float) and shape by name.</summary>
    public Dictionary<string, (Array Values, long[] Shape)> Tensors { get; } = new(StringComparer.Ordinal);

    public T[] Values<T>(string name) => (T[])Tensors[name].Values;

    public void Save(string path)
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = Format;
        writer.Metadata["id"] = Id;
        foreach (var (name, (values, shape)) in Tensors)
        {
            switch (values)
            {
                case byte[] bytes: writer.Add<byte>(name, bytes, shape); break;
                case int[] integers: writer.Add<int>(name, integers, shape); break;
                case float[] floats: writer.Add<float>(name, floats, shape); break;
                default: throw new ArgumentException($"{name}: {values.GetType()}");
            }
        }

        writer.Save(path);
    }
}
