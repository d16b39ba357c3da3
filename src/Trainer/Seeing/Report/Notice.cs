using System.Text.Json;
using VqVae.Models;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>What the page says in place of what it cannot show.</summary>
internal static class Notice
{
    /// <summary>Whether reading a file may fail so without the report failing.</summary>
    public static bool Covers(Exception e) => e is IOException or UnauthorizedAccessException or InvalidDataException or JsonException or InvalidOperationException or ModelFormatException;

    /// <summary>Why a file cannot be read: the error's message without the folder, because reports are passed on.</summary>
    public static string Why(Exception e, string path)
    {
        var folder = Path.GetDirectoryName(path) ?? "";
        var message = e.Message.Split('\n')[0].Trim();
        foreach (var part in (string[])[Path.GetFullPath(folder.Length == 0 ? "." : folder), folder])
        {
            if (part.Length > 1) message = message.Replace(part + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        }

        return message;
    }
}
