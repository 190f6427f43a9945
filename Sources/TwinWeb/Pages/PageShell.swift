import TwinConfiguration
import TwinReports

/// The frame of every page: navigation, the strip of alarms, and a place that the page's module fills.
enum PageShell {
    static func html(
        _ page: any Page, path: [String] = [], _ source: PageSource, _ context: PageContext, words: String? = nil
    ) -> String {
        html(
            page, path: path, source: source,
            isLive: source.feed != nil && (!context.isGuarded || context.visitor.name != nil),
            visitor: context.visitor, csrf: context.csrf, isGuarded: context.isGuarded, words: words)
    }

    /// - Parameter words: HTML of a page that no module draws.
    static func html(
        _ page: any Page, path: [String], source: PageSource, isLive: Bool, visitor: Visitor, csrf: String = "",
        isGuarded: Bool = false, words: String? = nil
    ) -> String {
        let site = source.present.name
        let links = Pages.all.filter { $0.isListed(in: source) }.map { other in
            let here = other.name == page.name ? " aria-current=\"page\"" : ""
            return
                "<a href=\"/\(other.name == Pages.all[0].name ? "" : other.name)\"\(here)>\(HTML.escaped(other.title))</a>"
        }
        let name = visitor.name.map { "\($0), \(visitor.role.rawValue)" } ?? "Log in"
        let who = isGuarded ? "<p class=\"who\"><a href=\"/login\">\(HTML.escaped(name))</a></p>" : ""
        let feed = !isLive ? "no" : source.reins == nil ? "run" : "replay"
        let place = HTML.escaped(([page.name] + path).joined(separator: "/"))
        let module = words == nil ? "<script src=\"/files/\(page.name).js\" type=\"module\"></script>\n" : ""
        let drawn = """
            <noscript><p>This page is drawn by a script; its figures as JSON: <a href="/\(place).json">/\(place).json</a></p></noscript>
            <div id="page" aria-busy="true"></div>
            """
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <title>\(HTML.escaped(page.title)) · \(HTML.escaped(site))</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="data:,">
            <meta name="csrf" content="\(HTML.escaped(csrf))">
            <link rel="stylesheet" href="/files/page.css">
            <script src="/files/page.js" type="module"></script>
            \(module)</head><body data-page="\(page.name)" data-place="\(place)" data-role="\(visitor.role.rawValue)" data-feed="\(feed)">
            <a class="skip" href="#main">To the content</a>
            <header class="top"><p class="site">\(HTML.escaped(site))</p><nav aria-label="Pages">\(links.joined())</nav>
            \(who)<p class="clock" id="clock"></p></header>
            <section class="strip" id="strip" aria-label="Alarms" aria-live="polite"></section>
            <main id="main" tabindex="-1"><h1>\(HTML.escaped(page.title))</h1>
            \(words.map { "<div id=\"page\">\($0)</div>" } ?? drawn)</main>
            </body></html>
            """
    }
}
