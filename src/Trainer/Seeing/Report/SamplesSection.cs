using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>
/// Validation images against what comes back from them. Each picture is in the page once, as a style sheet's background that every tile shows a
/// part of.
/// </summary>
internal static class SamplesSection
{
    /// <summary>Images that are shown.</summary>
    private const int MostImages = 8;

    public static void AddTo(HtmlBuilder html, RunHistory history, string folder)
    {
        IReadOnlyList<SampleFile> files;
        try
        {
            files = SamplePictures.Find(folder, history.Step);
        }
        catch (Exception e) when (Notice.Covers(e))
        {
            html.Add($"<p class=\"notice\">The folder of samples cannot be read: {Notice.Why(e, folder)}</p>");
            return;
        }

        if (files.Count == 0)
        {
            html.Raw("<p class=\"notice\">There are no pictures yet; the first comes after --samples-every steps, where there are validation images.</p>");
            return;
        }

        var side = history.Settings?.Training.ImageSize;
        if (Attempt(html, files[^1], file => SamplePictures.Read(file, side)) is not { } latest) return;
        var earlier = SamplePictures.Earlier(files).Select(file => Attempt(html, file, f => SamplePictures.ReadLastRow(f, side))).OfType<SamplePicture>()
            .Where(p => p.Columns == latest.Columns).ToArray();
        AddStyles(html, latest, earlier);
        AddIntroduction(html, latest);
        html.Raw("<div class=\"pairs\">");
        for (var column = 0; column < Math.Min(latest.Columns, MostImages); column++) AddImage(html, column, latest, earlier);
        html.Raw("</div>");
    }

    private static SamplePicture? Attempt(HtmlBuilder html, SampleFile file, Func<SampleFile, SamplePicture> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (Notice.Covers(e))
        {
            html.Add($"<p class=\"notice\">{Path.GetFileName(file.Path)} cannot be shown: {Notice.Why(e, file.Path)}</p>");
            return null;
        }
    }

    private static void AddStyles(HtmlBuilder html, SamplePicture latest, SamplePicture[] earlier)
    {
        html.Raw("<style>");
        AddStyle(html, "now", latest);
        for (var i = 0; i < earlier.Length; i++) AddStyle(html, Numbers.Text($"before-{i}"), earlier[i]);
        html.Raw("</style>");
    }

    private static void AddStyle(HtmlBuilder html, string name, SamplePicture picture) =>
        html.Add($".{name}{{background-image:url(data:image/png;base64,{Convert.ToBase64String(picture.Png)});background-size:{100 * picture.Columns}% {100 * picture.Rows}%}}");

    private static void AddIntroduction(HtmlBuilder html, SamplePicture latest)
    {
        var scaled = latest.Scale > 1 ? Numbers.Text($" Shown at 1/{latest.Scale} of its size.") : "";
        html.Add($"<p>Step {Numbers.Count(latest.Step)}: centres of validation images, {latest.Side}×{latest.Side} pixels.{scaled} Drag the line, or focus it and use the arrow keys: the original is on its left, what the decoder gives back on its right.</p>");
        if (latest.Rows != 3) return;
        html.Raw("<fieldset class=\"choice\"><legend>On the right</legend><label><input type=\"radio\" name=\"row\" value=\"2\" checked=\"checked\" /> all stages</label><label><input type=\"radio\" name=\"row\" value=\"1\" /> the first stage alone</label></fieldset>");
    }

    private static void AddImage(HtmlBuilder html, int column, SamplePicture latest, SamplePicture[] earlier)
    {
        html.Add($"<figure class=\"pair\"><div class=\"compare\"><div class=\"tile now decoded\" style=\"{Position(column, latest.Rows - 1, latest)}\"");
        if (latest.Rows == 3) html.Add($" data-1=\"{Offset(1, 3)}\" data-2=\"{Offset(2, 3)}\"");
        html.Add($"></div><div class=\"tile now original\" style=\"{Position(column, 0, latest)}\"></div><div class=\"line\"></div>");
        html.Add($"<input type=\"range\" min=\"0\" max=\"100\" value=\"50\" step=\"1\" aria-label=\"Image {column + 1}: share of the original that is shown, from the left\" /></div>");
        if (earlier.Length > 0)
        {
            html.Raw("<figcaption>All stages over time</figcaption><ol class=\"strip\">");
            for (var i = 0; i < earlier.Length; i++)
                html.Add($"<li><div class=\"tile before-{i}\" style=\"{Position(column, 0, earlier[i])}\" role=\"img\" aria-label=\"Image {column + 1} at step {earlier[i].Step}\"></div>{Numbers.Axis(earlier[i].Step)}</li>");
            html.Add($"<li><div class=\"tile now\" style=\"{Position(column, latest.Rows - 1, latest)}\" role=\"img\" aria-label=\"Image {column + 1} at step {latest.Step}\"></div>{Numbers.Axis(latest.Step)}</li></ol>");
        }

        html.Raw("</figure>");
    }

    private static string Position(int column, int row, SamplePicture picture) => $"background-position:{Offset(column, picture.Columns)} {Offset(row, picture.Rows)}";

    /// <summary>A background's percentage is the share of what it overhangs.</summary>
    private static string Offset(int index, int count) => count == 1 ? "0%" : Numbers.Text($"{100.0 * index / (count - 1):0.####}%");
}
