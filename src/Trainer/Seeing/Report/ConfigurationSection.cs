using System.Text.Json;
using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>The settings and the environment as tables: whatever the files hold, so that keys of newer trainers are shown too.</summary>
internal static class ConfigurationSection
{
    /// <summary>Characters of a value that are shown.</summary>
    private const int LongestValue = 400;

    /// <summary>What is written otherwise than as a key.</summary>
    private static readonly Dictionary<string, string> Words = new()
    {
        ["dim"] = "dimension",
        ["ema"] = "EMA",
        ["fsq"] = "FSQ",
        ["lambdas"] = "λ",
        ["megabytes"] = "in MiB",
        ["ms"] = "MS",
        ["mse"] = "MSE",
        ["ssim"] = "SSIM",
    };

    /// <summary>Adds a table for each object in <c>run.json</c>, one for what stands outside of them, and one of the environment.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="settings">Path of <c>run.json</c>.</param>
    /// <param name="environment">Path of <c>environment.json</c>.</param>
    public static void AddTo(HtmlBuilder html, string settings, string environment)
    {
        html.Raw("<div class=\"tables\">");
        AddFile(html, settings, (tables, run) =>
        {
            foreach (var part in run.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object)) AddTable(tables, Label(part.Name), part.Value.EnumerateObject());
            AddTable(tables, "Run", run.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Object));
        });
        AddFile(html, environment, (tables, machine) => AddTable(tables, "Environment", machine.EnumerateObject()));
        html.Raw("</div>");
    }

    private static void AddFile(HtmlBuilder html, string path, Action<HtmlBuilder, JsonElement> add)
    {
        var name = Path.GetFileName(path);
        try
        {
            if (!File.Exists(path))
            {
                html.Add($"<p class=\"notice\">There is no {name}.</p>");
                return;
            }

            // Collected apart: a string that is no text shows itself only when it is asked for.
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var tables = new HtmlBuilder();
            add(tables, document.RootElement);
            html.Add($"{tables}");
        }
        catch (Exception e) when (Notice.Covers(e))
        {
            html.Add($"<p class=\"notice\">{name} cannot be read: {Notice.Why(e, path)}</p>");
        }
    }

    private static void AddTable(HtmlBuilder html, string caption, IEnumerable<JsonProperty> rows)
    {
        html.Add($"<div class=\"card\"><h3>{caption}</h3><table><tbody>");
        foreach (var row in rows) html.Add($"<tr><th scope=\"row\">{Label(row.Name)}</th><td>{Text(row)}</td></tr>");
        html.Raw("</tbody></table></div>");
    }

    private static string Label(string key)
    {
        var text = string.Join(' ', key.Split('_').Select(word => Words.GetValueOrDefault(word, word))).Replace("MS SSIM", "MS-SSIM", StringComparison.Ordinal);
        return text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
    }

    private static string Text(JsonProperty property)
    {
        var text = property.Value.ValueKind switch
        {
            // The report is passed on; where on a disk the images were is nobody's business.
            JsonValueKind.String when property.Name == "data" => FolderName(property.Value.GetString()!),
            JsonValueKind.String => property.Value.GetString()!,
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.Null => "–",
            JsonValueKind.Array => string.Join(", ", property.Value.EnumerateArray().Select(v => v.ToString())),
            _ => property.Value.ToString(),
        };
        return text.Length <= LongestValue ? text : text[..LongestValue] + "…";
    }

    /// <summary>The last part of a path of either kind of separator.</summary>
    internal static string FolderName(string path) => path.Split('/', '\\').LastOrDefault(part => part.Length > 0, path);
}
