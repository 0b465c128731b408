//! The frame that pages share: head, style, navigation, sections.

use crate::chart::{Chart, page_style};
use crate::markup::escape;

const STYLE: &str = include_str!("style.css");

/// A page that is being written: one of its own, light or dark as the reader prefers, that may ask for nothing.
#[derive(Debug)]
pub struct Page {
    title: String,
    lead: String,
    navigation: String,
    body: String,
}

impl Page {
    /// A page with a heading and one line below it.
    #[must_use]
    pub fn new(title: &str, lead: &str) -> Self {
        Self { title: escape(title), lead: escape(lead), navigation: String::new(), body: String::new() }
    }

    /// Adds a section; `html` is markup already, the other texts are not.
    pub fn section(&mut self, id: &str, title: &str, aside: &str, html: impl AsRef<str>) {
        let (title, aside) = (escape(title), escape(aside));
        self.navigation.push_str(&format!("<a href=\"#{id}\">{title}</a>"));
        let aside = if aside.is_empty() { String::new() } else { format!("<span class=\"aside\">{aside}</span>") };
        self.body.push_str(&format!("<section id=\"{id}\"><h2>{title}{aside}</h2>{}</section>\n", html.as_ref()));
    }

    /// The whole document.
    #[must_use]
    pub fn finish(self) -> String {
        let Self { title, lead, navigation, body } = self;
        // The page may be opened from disk or sent by mail: it forbids itself everything but its own style.
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <title>{title}</title><style>{}{STYLE}</style></head>\n<body>\
             <header><div><h1>{title}</h1><p class=\"lead\">{lead}</p></div><nav>{navigation}</nav></header>\n\
             <main>{body}</main>\n<footer>mlwright</footer></body></html>\n",
            page_style()
        )
    }
}

/// A chart; what it leaves out stands in the drawing.
#[must_use]
pub fn figure(chart: &Chart) -> String {
    format!("<figure class=\"panel\">{}</figure>", chart.svg_for_page())
}
