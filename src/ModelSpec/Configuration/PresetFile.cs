using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VqVae.Models;

/// <summary>
/// A JSON file of settings, as <c>trainer presets show</c> prints them: a whole preset, or only the keys that differ from one. Comments and
/// trailing commas are allowed.
/// </summary>
public sealed class PresetFile
{
    /// <summary>Largest file that is read.</summary>
    public const int MaxBytes = 1 << 20;

    private readonly Dictionary<string, JsonNode?> _values = [];

    private PresetFile(string source) => Source = source;

    /// <summary>What messages call the file.</summary>
    public string Source { get; }

    /// <summary>Whether the file names every key that a model and its training must name, so that nothing of another preset is left.</summary>
    public bool IsWhole => PresetKey.Sections.All(IsWholeIn);

    /// <summary>The values, by their keys.</summary>
    internal IReadOnlyDictionary<string, JsonNode?> Values => _values;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArgumentException">It holds no settings; the message says where and what was expected.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static PresetFile Load(string path)
    {
        try
        {
            using var stream = RegularFile.Open(path);
            if (stream.Length > MaxBytes) throw new ArgumentException($"'{path}' has {stream.Length} bytes; settings have at most {MaxBytes}");
            return Parse(RegularFile.ReadAll(stream), path);
        }
        catch (ModelFormatException e)
        {
            throw new ArgumentException($"'{path}': {e.Message}", e);
        }
        catch (FileNotFoundException e)
        {
            throw new FileNotFoundException($"the file '{path}' does not exist", path, e);
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="ArgumentException">They hold no settings; the message says where and what was expected.</exception>
    public static PresetFile Parse(ReadOnlySpan<byte> utf8, string source)
    {
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        var file = new PresetFile(source);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        var at = 0L;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw file.Wrong(utf8, reader.TokenStartIndex, "expected an object with the keys of a preset");
            file.ReadObject(ref reader, utf8, "", ref at);

            // Whatever follows the object is an error that the reader finds.
            reader.Read();
            return file;
        }
        catch (JsonException e)
        {
            // The reader counts from 0, and says so in the rest of its message.
            throw new ArgumentException($"'{source}', line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: {e.Message.Split(" LineNumber:")[0]}", e);
        }
        catch (InvalidOperationException e)
        {
            throw file.Wrong(utf8, at, "the text is not valid Unicode", e);
        }
    }

    /// <summary>Whether the file names every key that must stand in one object, so that what it leaves out there is not set.</summary>
    internal bool IsWholeIn(string section) => PresetKey.All.Where(k => k.Section == section && k.IsRequired).All(k => _values.ContainsKey(k.Path));

    private void ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, string prefix, ref long at)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            at = reader.TokenStartIndex;
            var path = prefix + reader.GetString();
            reader.Read();
            if (PresetKey.Sections.Contains(path))
            {
                if (reader.TokenType != JsonTokenType.StartObject) throw Wrong(utf8, reader.TokenStartIndex, $"{path}: expected an object");
                ReadObject(ref reader, utf8, path + ".", ref at);
                continue;
            }

            var key = Key(path, utf8, at);
            if (_values.ContainsKey(path)) throw Wrong(utf8, at, $"the key '{path}' is there twice");
            at = reader.TokenStartIndex;
            var value = JsonNode.Parse(ref reader);
            if (!key.Accepts(value)) throw Wrong(utf8, at, $"{path}: expected {key.Expected}, got {value?.ToJsonString() ?? "null"}");
            _values.Add(path, value);
        }
    }

    private PresetKey Key(string path, ReadOnlySpan<byte> utf8, long at)
    {
        try
        {
            return PresetKey.Find(path);
        }
        catch (ArgumentException e)
        {
            throw Wrong(utf8, at, e.Message, e);
        }
    }

    private ArgumentException Wrong(ReadOnlySpan<byte> utf8, long at, string what, Exception? inner = null)
    {
        var before = utf8[..(int)at];
        var line = before.Count((byte)'\n') + 1;
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return new ArgumentException($"'{Source}', line {line}, column {column}: {what}", inner);
    }
}
