//! The skills against the Agent Skills specification and our own budgets.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

/// Limits of the specification.
const NAME_CHARS_MAX: usize = 64;
const DESCRIPTION_CHARS_MAX: usize = 1_024;
/// `SKILL.md` is read whole each time; what is longer belongs into `references/`.
const LINES_MAX: usize = 500;
const TOKENS_MAX: f64 = 5_000.0;
/// Characters of a token, fewer than tokenizers of today need for texts like these (about 4).
const CHARS_PER_TOKEN: f64 = 3.5;

fn entry(skill: &Skill) -> &'static str {
    assert_eq!(skill.files[0].path, "SKILL.md", "{}", skill.name);
    skill.files[0].text
}

/// The targets of a text's links that are no addresses and no places in the same text.
fn relative_links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target).filter(|target| !target.contains("://") && !target.starts_with('#'))
}

/// The files of `skills/` as they are now, each as `SKILL/PATH` with its text.
fn on_disk() -> BTreeMap<String, String> {
    fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
            let name = entry.file_name().into_string().unwrap();
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                collect(&entry.path(), &format!("{path}/"), found);
            } else {
                found.insert(path, std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../skills"), "", &mut found);
    found
}

#[test]
fn every_file_is_embedded_as_it_is() {
    let each = |skill: &Skill| {
        skill
            .files
            .iter()
            .map(|file| (format!("{}/{}", skill.name, file.path), file.text.to_owned()))
            .collect::<Vec<_>>()
    };
    let embedded: BTreeMap<String, String> = all().iter().flat_map(each).collect();
    assert_eq!(embedded, on_disk(), "a skill's name is its folder's, and the build follows the folder");
}

#[test]
fn skills_and_their_files_are_in_order() {
    assert!(all().iter().map(|skill| skill.name).is_sorted());
    assert!(all().iter().all(|skill| skill.files[1..].iter().map(|file| file.path).is_sorted()));
}

#[test]
fn names_and_descriptions_fit_the_specification() {
    for skill in all() {
        let name = skill.name;
        assert!((1..=NAME_CHARS_MAX).contains(&name.len()), "{name}");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        assert!(!name.starts_with('-') && !name.ends_with('-') && !name.contains("--"), "{name}");
        let chars = skill.description.chars().count();
        assert!((1..=DESCRIPTION_CHARS_MAX).contains(&chars), "{name}: a description of {chars} characters");
        assert!(skill.description.contains("Use "), "{name}: the description does not say when to use it");
        let matter = front_matter::parse(entry(skill)).unwrap();
        assert_eq!((matter.name.as_str(), matter.description.as_str()), (name, skill.description));
    }
}

#[test]
fn skills_stay_within_the_budget() {
    for skill in all() {
        let text = entry(skill);
        let (lines, tokens) = (text.lines().count(), text.chars().count() as f64 / CHARS_PER_TOKEN);
        assert!(lines < LINES_MAX, "{}: {lines} lines", skill.name);
        assert!(tokens < TOKENS_MAX, "{}: about {tokens:.0} tokens", skill.name);
    }
}

#[test]
fn links_lead_to_files_of_the_skill_and_each_file_is_linked() {
    for skill in all() {
        let links: Vec<&str> = relative_links(entry(skill)).collect();
        for link in &links {
            assert!(skill.files.iter().any(|file| file.path == *link), "{}: {link} is no file of it", skill.name);
        }
        for file in &skill.files[1..] {
            assert!(links.contains(&file.path), "{}: nothing leads to {}", skill.name, file.path);
        }
    }
}

#[test]
fn skills_name_only_skills_that_there_are() {
    let names: Vec<&str> = all().iter().map(|skill| skill.name).collect();
    for skill in all() {
        let words = entry(skill).split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        for word in words.filter(|word| word.starts_with("mlwright-")) {
            assert!(names.contains(&word), "{}: there is no skill {word}", skill.name);
        }
    }
}

#[test]
fn files_end_with_a_line_break_and_have_no_trailing_spaces() {
    for (skill, file) in all().iter().flat_map(|skill| skill.files.iter().map(move |file| (skill, file))) {
        assert!(file.text.ends_with('\n') && !file.text.ends_with("\n\n"), "{}/{}", skill.name, file.path);
        assert!(!file.text.lines().any(|line| line.ends_with(' ')), "{}/{}", skill.name, file.path);
    }
}
