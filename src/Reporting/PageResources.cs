using System.Resources;

namespace VqVae.Reporting;

/// <summary>Style sheets and scripts that are inside the program, and that its pages carry inside themselves.</summary>
/// <remarks>The files of this folder are compiled into each program that writes reports, so that they look and behave alike.</remarks>
internal static class PageResources
{
    /// <summary>The style sheet of every page: colours, light and dark, cards, charts, sliders, tables.</summary>
    public static string Style => Of(typeof(PageResources), "page.css");

    /// <summary>The script of every page: labels at charts, pictures under a slider.</summary>
    public static string Script => Of(typeof(PageResources), "page.js");

    /// <summary>A text beside a class.</summary>
    /// <param name="type">A class of the namespace.</param>
    /// <param name="name">The file's name.</param>
    /// <exception cref="MissingManifestResourceException">The program has no such text.</exception>
    public static string Of(Type type, string name)
    {
        ArgumentNullException.ThrowIfNull(type);
        using var stream = type.Assembly.GetManifestResourceStream(type, name) ?? throw new MissingManifestResourceException(name);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
