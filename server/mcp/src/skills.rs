//! The skills as the protocol serves them (SEP-2640): `skill://mlwright-train/SKILL.md` and the files
//! beside it, each with its digest.

use std::sync::LazyLock;

use rmcp::model::{DIRECTORY_MIME_TYPE, ErrorData, Resource, ResourceContents, Skill, SkillFrontmatter, SkillResource, SkillResources};
use serde_json::json;

/// Where the addresses of skills begin.
pub(crate) const SKILLS: &str = "skill://";
const MARKDOWN: &str = "text/markdown";

/// Every skill.
pub(crate) fn all() -> &'static [Skill] {
    static ALL: LazyLock<Vec<Skill>> = LazyLock::new(|| mlwright_skills::all().iter().map(skill).collect());
    &ALL
}

fn skill(skill: &mlwright_skills::Skill) -> Skill {
    let files = skill.files.iter().map(|file| SkillResource::from_bytes(address(skill.name, file.path), file.text.as_bytes()));
    // Clients compare the front matter with the file's, so all of its fields are told.
    let others = fields(skill.files).filter(|(name, _)| !["name", "description"].contains(name));
    let front_matter = others.fold(SkillFrontmatter::new(skill.name, skill.description), |matter, (name, value)| matter.with_field(name, value));
    Skill::new(
        address(skill.name, "SKILL.md"),
        front_matter,
        SkillResources::Files(files.collect()),
    )
}

/// The front matter of `SKILL.md`, which has lines `key: value` only.
fn fields(files: &'static [mlwright_skills::File]) -> impl Iterator<Item = (&'static str, &'static str)> {
    let text = files.first().map_or("", |file| file.text);
    let head = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).map_or("", |(head, _)| head);
    head.lines().filter_map(|line| line.split_once(": "))
}

fn address(skill: &str, path: &str) -> String {
    format!("{SKILLS}{skill}/{path}")
}

/// The skill whose `SKILL.md` has this address.
///
/// # Errors
/// The protocol's invalid params when there is none.
pub(crate) fn get(uri: &str) -> Result<Skill, ErrorData> {
    all().iter().find(|skill| skill.uri == uri).cloned().ok_or_else(|| {
        ErrorData::invalid_params(format!("there is no skill at {uri:?}; skills/list shows them"), Some(json!({ "uri": uri })))
    })
}

/// One file of a skill.
pub(crate) fn read(uri: &str) -> Option<ResourceContents> {
    let (name, path) = uri.strip_prefix(SKILLS)?.split_once('/')?;
    let file = mlwright_skills::all().iter().find(|skill| skill.name == name)?.files.iter().find(|file| file.path == path)?;
    Some(ResourceContents::text(file.text, uri).with_mime_type(MARKDOWN))
}

/// The children of a folder, `skill://NAME` or a folder in it; `None` when it is no folder.
pub(crate) fn directory(uri: &str) -> Option<Vec<Resource>> {
    let inner = uri.strip_prefix(SKILLS)?.trim_end_matches('/');
    let (name, folder) = inner.split_once('/').unwrap_or((inner, ""));
    let skill = mlwright_skills::all().iter().find(|skill| skill.name == name)?;
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut found: Vec<Resource> = Vec::new();
    for rest in skill.files.iter().filter_map(|file| file.path.strip_prefix(&prefix)) {
        let child = match rest.split_once('/') {
            Some((folder, _)) => Resource::new(address(name, &format!("{prefix}{folder}")), folder).with_mime_type(DIRECTORY_MIME_TYPE),
            None => Resource::new(address(name, &format!("{prefix}{rest}")), rest).with_mime_type(MARKDOWN),
        };
        if !found.iter().any(|known| known.uri == child.uri) {
            found.push(child);
        }
    }
    (!found.is_empty()).then_some(found)
}
