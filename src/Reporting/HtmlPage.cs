namespace VqVae.Reporting;

/// <summary>What all pages have around their own content: head, style sheets, scripts, sections.</summary>
internal static class HtmlPage
{
    /// <summary>Begins a page, up to its header.</summary>
    /// <param name="html">Where it goes.</param>
    /// <param name="title">Its title.</param>
    /// <param name="page">The type beside whose resources its own style sheet lies.</param>
    /// <param name="style">The style sheet's name.</param>
    public static void Begin(HtmlBuilder html, string title, Type page, string style)
    {
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\"><head><meta charset=\"utf-8\" />");
        html.Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />");

        // The page asks nobody for anything, and a browser is told to hold it to that.
        html.Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\" />");
        html.Add($"<title>{title}</title><style>");
        html.Raw(PageResources.Style);
        html.Raw(PageResources.Of(page, style));
        html.Raw("</style></head>\n<body><div class=\"page\">");
    }

    /// <summary>Ends a page behind its footer.</summary>
    /// <param name="html">Where it goes.</param>
    /// <param name="page">The type beside whose resources its own script lies.</param>
    /// <param name="script">The script's name.</param>
    public static void End(HtmlBuilder html, Type page, string script)
    {
        html.Raw("</div>\n<script>/*<![CDATA[*/\n");
        html.Raw(PageResources.Script);
        html.Raw(PageResources.Of(page, script));
        html.Raw("/*]]>*/</script></body></html>\n");
    }

    /// <summary>Adds a section under a heading that the page's header can point at.</summary>
    public static void AddSection(HtmlBuilder html, string id, string title, Action<HtmlBuilder> add)
    {
        html.Add($"<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>");
        add(html);
        html.Raw("</section>\n");
    }
}
