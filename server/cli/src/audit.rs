//! `mlwright audit verify`.

use clap::ArgMatches;
use mlwright_base::{ErrorCode, Problem};
use mlwright_engine::audit::AuditCheck;

use crate::exit::Exit;
use crate::output;
use crate::run::Setting;

/// Recomputes the audit's hash chain and prints what was found; that it is broken is said on stderr
/// too, and is exit code 1.
///
/// # Errors
/// When the workspace cannot be opened or the audit cannot be read.
pub(crate) fn verify(setting: &Setting, audit: &ArgMatches) -> Result<Exit, Problem> {
    let expected = audit.subcommand().and_then(|(_, verify)| verify.get_one::<String>("expect"));
    let check = setting.engine()?.verify_audit(expected.map(String::as_str))?;
    let printed = if setting.json { output::json(&check) } else { output::result(&said(&check)) };
    if check.intact {
        return Ok(printed);
    }
    let broken = Problem::new(ErrorCode::Storage, format!("the audit's chain is broken: {}", said(&check)))
        .hint("a backup of .mlwright/metadata.db shows what the audit said before");
    Ok(output::problem(&broken, setting.json))
}

fn said(check: &AuditCheck) -> String {
    match check.broken_at {
        None => format!("{} records, the chain holds; the last hash is {}", check.n_records, check.last_hash),
        Some(record) => {
            format!("record {record} does not fit: {}; the {} records before it hold", check.reason, check.n_records)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_at_fault_is_named() {
        let mut check = AuditCheck {
            n_records: 4,
            intact: true,
            broken_at: None,
            reason: String::new(),
            last_hash: "ab".to_owned(),
        };
        assert_eq!(said(&check), "4 records, the chain holds; the last hash is ab");
        check = AuditCheck { intact: false, broken_at: Some(5), reason: "its content was changed".to_owned(), ..check };
        assert_eq!(said(&check), "record 5 does not fit: its content was changed; the 4 records before it hold");
    }
}
