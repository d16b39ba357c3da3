using System.Text.Json;
using System.Text.Json.Nodes;

namespace VqVae.Models;

/// <summary>Puts settings together: a preset, then a file over it, then single keys over both.</summary>
public sealed class PresetBuilder
{
    private readonly JsonObject _tree;
    private readonly Dictionary<string, string> _sources = [];

    /// <summary>Starts from a preset.</summary>
    public PresetBuilder(Preset start)
    {
        ArgumentNullException.ThrowIfNull(start);
        _tree = JsonSerializer.SerializeToNode(start, ModelJson.Default.Preset)!.AsObject();
    }

    /// <summary>
    /// Takes the values of a file. Where it names all keys that a model (or its training) must name, those that it leaves out are not set,
    /// whatever the preset before says; a whole file without a name is called as the file is.
    /// </summary>
    public void Apply(PresetFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        foreach (var key in PresetKey.All.Where(k => !k.IsRequired && file.IsWholeIn(k.Section))) Owner(key).Remove(key.Name);
        if (file.IsWhole) (_tree["name"], _tree["description"]) = (Path.GetFileNameWithoutExtension(file.Source), "");
        foreach (var (path, value) in file.Values)
        {
            var key = PresetKey.Find(path);
            Owner(key)[key.Name] = value?.DeepClone();
        }
    }

    /// <summary>Sets one value.</summary>
    /// <param name="path">The key, such as <c>model.codes</c>.</param>
    /// <param name="value">The value as it is typed on a command line; lists with commas, <c>null</c> for none.</param>
    /// <param name="source">What sets it, for messages: an option, with the key where the option does not tell.</param>
    /// <exception cref="ArgumentException">There is no such key, its type is another one, or it was set already.</exception>
    public void Set(string path, string value, string source)
    {
        ArgumentNullException.ThrowIfNull(value);
        var key = PresetKey.Find(path);
        if (_sources.TryGetValue(path, out var first))
            throw new ArgumentException($"{path} is given twice, by {(first == source ? source : $"{first} and by {source}")}");
        if (!key.TryParse(value, out var node)) throw new ArgumentException($"{source}: expected {key.Expected}, got '{value}'");
        _sources.Add(path, source);
        Owner(key)[key.Name] = node;
    }

    /// <summary>What set a key, or <c>null</c> where <see cref="Set"/> did not.</summary>
    public string? SourceOf(string path) => _sources.GetValueOrDefault(path);

    /// <summary>The settings. Their ranges are not checked.</summary>
    public Preset Build() => _tree.Deserialize(ModelJson.Default.Preset)!;

    private JsonObject Owner(PresetKey key) => key.Section.Length == 0 ? _tree : _tree[key.Section]!.AsObject();
}
