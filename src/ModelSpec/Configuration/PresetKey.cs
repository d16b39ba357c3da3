using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using VqVae.CommandLine;

namespace VqVae.Models;

/// <summary>A value of a preset that can be given by its name, such as <c>model.codes</c>: what it is called and what it takes.</summary>
/// <remarks>The keys are those of the JSON: they come from the metadata of <see cref="Preset"/>, so that a new property is a key at once.</remarks>
public sealed class PresetKey
{
    private readonly JsonTypeInfo _type;
    private readonly bool _nullable;

    /// <summary>What an enumeration's values are called, or <c>null</c> for other types.</summary>
    private readonly string[]? _names;

    private PresetKey(string section, JsonPropertyInfo property, JsonTypeInfo type)
    {
        Section = section;
        Name = property.Name;
        IsRequired = property.IsRequired;
        _type = type;
        _nullable = property.IsSetNullable && !type.Type.IsValueType;
        _names = type.Type.IsEnum ? EnumNames(type) : null;
    }

    /// <summary>All keys, in the order of the JSON.</summary>
    public static IReadOnlyList<PresetKey> All { get; } = [.. Of(ModelJson.Default.Preset, "")];

    /// <summary>The objects that the keys stand in: <c>model</c>, <c>training</c>.</summary>
    internal static IReadOnlyList<string> Sections { get; } = [.. All.Select(k => k.Section).Where(s => s.Length > 0).Distinct()];

    /// <summary>The whole key, such as <c>model.codes</c>.</summary>
    public string Path => Section.Length == 0 ? Name : $"{Section}.{Name}";

    /// <summary>Whether a whole preset must name it.</summary>
    public bool IsRequired { get; }

    /// <summary>What it takes, in words.</summary>
    public string Expected
    {
        get
        {
            if (_names is not null) return $"{string.Join(", ", _names[..^1])} or {_names[^1]}";
            if (_type.Kind == JsonTypeInfoKind.Enumerable)
                return $"{(_type.ElementType == typeof(int) ? "whole numbers" : "numbers")} such as 1,2,3{(_nullable ? ", or null" : "")}";
            return _type.Type == typeof(int) ? "a whole number" : _type.Type == typeof(double) ? "a number" : _type.Type == typeof(bool) ? "true or false" : "text";
        }
    }

    /// <summary>The object that the key stands in, or empty.</summary>
    internal string Section { get; }

    /// <summary>The key inside its object.</summary>
    internal string Name { get; }

    /// <summary>The key of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message names the nearest one.</exception>
    public static PresetKey Find(string path) =>
        All.FirstOrDefault(k => k.Path == path) ?? throw new ArgumentException($"there is no key '{path}'{Suggestion(path)}");

    /// <inheritdoc/>
    public override string ToString() => Path;

    /// <summary>Whether a JSON value is of the key's type. Its range is checked with the whole preset.</summary>
    internal bool Accepts(JsonNode? value)
    {
        if (value is null) return _nullable;
        if (_names is not null) return value is JsonValue text && text.TryGetValue(out string? name) && _names.Contains(name);
        try
        {
            return value.Deserialize(_type) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads a value as it is typed on a command line: numbers, true, false and names as they are, lists with commas.</summary>
    internal bool TryParse(string text, out JsonNode? value)
    {
        value = null;
        if (_nullable && text == "null") return true;
        value = _type.Kind == JsonTypeInfoKind.Enumerable ? List(text, _type.ElementType!) : Scalar(text, _type.Type);
        return value is not null && Accepts(value);
    }

    private static JsonArray? List(string text, Type element)
    {
        if (text.StartsWith('[') && text.EndsWith(']')) text = text[1..^1];
        var values = text.Split(',').Select(part => Scalar(part.Trim(), element)).ToArray();
        return values.All(v => v is not null) ? new JsonArray(values) : null;
    }

    private static JsonValue? Scalar(string text, Type type)
    {
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole) : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? JsonValue.Create(number) : null;
        if (type == typeof(bool)) return bool.TryParse(text, out var flag) ? JsonValue.Create(flag) : null;
        return JsonValue.Create(text);
    }

    private static IEnumerable<PresetKey> Of(JsonTypeInfo owner, string section)
    {
        foreach (var property in owner.Properties)
        {
            // What is computed from the other values has no place in the JSON.
            if (property.Get is null) continue;
            var type = ModelJson.Default.GetTypeInfo(property.PropertyType) ?? throw new InvalidOperationException($"{property.PropertyType} has no JSON metadata");
            if (type.Kind != JsonTypeInfoKind.Object) yield return new PresetKey(section, property, type);
            else foreach (var key in Of(type, property.Name)) yield return key;
        }
    }

    private static string[] EnumNames(JsonTypeInfo type) =>
        [.. Enum.GetValuesAsUnderlyingType(type.Type).Cast<object>().Select(v => JsonSerializer.SerializeToNode(Enum.ToObject(type.Type, v), type)!.GetValue<string>())];

    private static string Suggestion(string path)
    {
        // The section may be right, wrong or left out, so names are compared without it first.
        var dot = path.LastIndexOf('.');
        var (section, name) = (path[..Math.Max(dot, 0)], path[(dot + 1)..]);
        var meant = All.FirstOrDefault(k => k.Name == name)?.Path
            ?? In(All.Where(k => k.Section == section))
            ?? In(All);
        return meant is null ? "; 'trainer presets keys' lists all" : $"; did you mean '{meant}'?";

        string? In(IEnumerable<PresetKey> keys) => NearestName.Of(name, keys.Select(k => k.Name)) is { } near ? keys.First(k => k.Name == near).Path : null;
    }
}
