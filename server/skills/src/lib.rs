//! The Agent Skills of `skills/`, as they stand in the binary.
//!
//! A skill is a folder with `SKILL.md`: what an assistant reads to do one stage of the lifecycle as
//! an expert would. `build.rs` embeds every file of `skills/`, so that an installed binary carries
//! the skills that fit its operations. This crate knows neither operations nor assistants; who
//! writes the files where is the concern of others. Start with [`all`].

#[cfg(test)]
mod front_matter;
#[cfg(test)]
mod tests;

/// One file of a skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Its path in the skill's folder, with `/`, e.g. `references/operations.md`.
    pub path: &'static str,
    /// What it holds.
    pub text: &'static str,
}

/// One skill: a folder with `SKILL.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skill {
    /// Its name, which is its folder's.
    pub name: &'static str,
    /// What it is for and when to use it, from the front matter of `SKILL.md`.
    pub description: &'static str,
    /// Its files, `SKILL.md` first, then by path.
    pub files: &'static [File],
}

/// Every skill, by name.
#[must_use]
pub fn all() -> &'static [Skill] {
    SKILLS
}

include!(concat!(env!("OUT_DIR"), "/skills.rs"));
