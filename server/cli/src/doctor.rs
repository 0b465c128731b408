//! `mlwright doctor`: looks at everything that has to be right for the rest to work, and says how to mend what
//! is not.

mod assistants;
mod conversation;
mod finding;
mod program;
mod workspace;

use clap::Command;
use mlwright_assistants::Surroundings;
use mlwright_base::Problem;
use mlwright_base::system::files;
use serde_json::json;

use self::finding::{Finding, Standing};
use crate::exit::Exit;
use crate::output;
use crate::run::Setting;

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("doctor").about("Check the program, the workspace, its server and the assistants' entries, and say how to mend each").long_about(
        "Checks the program, the workspace, its server process and the settings of the assistants on this machine, starting the server as \
         each of them would, and says how to mend what is not right. It changes nothing but the records of jobs whose process is gone. \
         Exit code 1 when something is broken; warnings alone are exit code 0.",
    )
}

/// Runs every check and prints what each found.
///
/// # Errors
/// When there is no folder to look at.
pub(crate) fn run(setting: &Setting) -> Result<Exit, Problem> {
    let folder = setting.workspace()?;
    // A folder that does not exist is a finding.
    let project = files::canonical(&folder).unwrap_or(folder);
    let around = Surroundings::of_process(&project);
    let mut findings = program::look();
    findings.extend(workspace::look(&project));
    findings.extend(assistants::look(&around));
    let worst = findings.iter().map(|finding| finding.standing).max().unwrap_or(Standing::Ok);
    let printed = if setting.json {
        output::json(&json!({ "version": env!("CARGO_PKG_VERSION"), "status": worst, "findings": findings }))
    } else {
        output::result(&said(&findings, worst))
    };
    Ok(if worst == Standing::Broken { Exit::Failed } else { printed })
}

fn said(findings: &[Finding], worst: Standing) -> String {
    let mut text = String::new();
    let mut area = "";
    for finding in findings {
        if finding.area != area {
            area = finding.area;
            text.push_str(&format!("{area}\n"));
        }
        text.push_str(&format!("  {:<7} {}\n", finding.standing.word(), finding.what));
        if !finding.mend.is_empty() {
            text.push_str(&format!("          mend: {}\n", finding.mend));
        }
    }
    text.push_str(match worst {
        Standing::Ok => "all is well\n",
        Standing::Warn => "it works; see the warnings\n",
        Standing::Broken => "something is broken\n",
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_stand_under_their_area_with_what_mends_them() {
        let findings =
            [Finding::ok("a", "fine"), Finding::warn("a", "odd", "turn it"), Finding::broken("b", "gone", "make it")];
        assert_eq!(
            said(&findings, Standing::Broken),
            "a\n  ok      fine\n  warn    odd\n          mend: turn it\nb\n  broken  gone\n          mend: make it\nsomething is broken\n"
        );
    }
}
