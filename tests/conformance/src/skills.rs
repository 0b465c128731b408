//! One skill with a folder in it.

use rmcp::model::{Resource, ResourceContents, Skill, SkillFrontmatter, SkillResource, SkillResources};
use serde_json::json;

const ROOT: &str = "skill://conformance/greeting";
const NAME: &str = "greeting";
const DESCRIPTION: &str = "How to greet somebody whose name is known. Use it when asked to say hello.";
/// The files below the root, and what is in them.
const FILES: [(&str, &str); 2] = [
    ("SKILL.md", include_str!("../skill/greeting/SKILL.md")),
    ("references/names.md", include_str!("../skill/greeting/references/names.md")),
];
const FOLDER_TYPE: &str = "inode/directory";

fn uri(path: &str) -> String {
    format!("{ROOT}/{path}")
}

/// The skill's entry, as its `SKILL.md` says it.
pub(crate) fn skill() -> Skill {
    let files = FILES.iter().map(|(path, text)| SkillResource::from_bytes(uri(path), text.as_bytes())).collect();
    let frontmatter = SkillFrontmatter::new(NAME, DESCRIPTION).with_field("license", json!("Apache-2.0"));
    Skill::new(uri("SKILL.md"), frontmatter, SkillResources::Files(files))
}

pub(crate) fn resources() -> Vec<Resource> {
    FILES.iter().map(|(path, _)| file(path)).collect()
}

pub(crate) fn read(asked: &str) -> Option<ResourceContents> {
    let (path, text) = FILES.iter().find(|(path, _)| uri(path) == asked)?;
    Some(ResourceContents::text(*text, uri(path)).with_mime_type("text/markdown"))
}

/// What is directly in a folder; `None` when there is no such folder.
pub(crate) fn children(asked: &str) -> Option<Vec<Resource>> {
    let below = asked.trim_end_matches('/').strip_prefix(ROOT)?;
    let prefix = if below.is_empty() { String::new() } else { format!("{}/", below.strip_prefix('/')?) };
    let mut children: Vec<Resource> = Vec::new();
    for rest in FILES.iter().filter_map(|(path, _)| path.strip_prefix(&prefix)) {
        let child = match rest.split_once('/') {
            None => file(&format!("{prefix}{rest}")),
            Some((folder, _)) => Resource::new(uri(&format!("{prefix}{folder}")), folder).with_mime_type(FOLDER_TYPE),
        };
        if !children.contains(&child) {
            children.push(child);
        }
    }
    (!children.is_empty()).then_some(children)
}

/// A file as a resource: the skill's own page goes by the skill's name.
fn file(path: &str) -> Resource {
    let (name, description) = match path.rsplit('/').next().unwrap_or(path) {
        "SKILL.md" => (NAME, DESCRIPTION),
        name => (name, "A file of the skill."),
    };
    Resource::new(uri(path), name).with_description(description).with_mime_type("text/markdown")
}
