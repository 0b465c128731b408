//! The whole command line.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command, value_parser};
use mlwright_operations::{Registered, Stage};

use crate::{check, doctor, example, exit, flags, install};

/// Ids of the flags that every command has. They are no names of fields.
pub(crate) const WORKSPACE: &str = "@workspace";
/// `--json`.
pub(crate) const JSON: &str = "@json";
/// `--quiet`.
pub(crate) const QUIET: &str = "@quiet";
/// `--verbose`.
pub(crate) const VERBOSE: &str = "@verbose";
/// `--image-dir`, of operations.
pub(crate) const IMAGE_DIR: &str = "@image-dir";

const WIDTH_MAX: usize = 110;

/// The command line of the binary.
pub(crate) fn command() -> Command {
    Command::new("mlwright")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The machine-learning lifecycle on tables, from a CSV file to a watched endpoint, in one workspace")
        .help_template(template())
        .after_help(exit::CODES)
        .max_term_width(WIDTH_MAX)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(global_flags())
        .subcommands(mlwright_operations::all().iter().map(operation))
        .subcommands(others())
}

fn global_flags() -> [Arg; 4] {
    [
        Arg::new(WORKSPACE)
            .long("workspace")
            .value_name("DIR")
            .global(true)
            .value_parser(ValueParser::path_buf())
            .help_heading("Everywhere")
            .help(
                "The workspace's folder (the nearest upwards with mlwright.toml or .mlwright/, else the current one)",
            ),
        Arg::new(JSON)
            .long("json")
            .global(true)
            .action(ArgAction::SetTrue)
            .help_heading("Everywhere")
            .help("Print the structured result as JSON; errors as one line of JSON on stderr"),
        Arg::new(QUIET)
            .long("quiet")
            .short('q')
            .global(true)
            .action(ArgAction::SetTrue)
            .help_heading("Everywhere")
            .help("No progress on stderr"),
        Arg::new(VERBOSE)
            .long("verbose")
            .short('v')
            .global(true)
            .action(ArgAction::Count)
            .help_heading("Everywhere")
            .help("Logs on stderr: -v what is done, -vv in detail (MLWRIGHT_LOG takes a filter)"),
    ]
}

fn operation(operation: &'static Registered) -> Command {
    let command = operation.command();
    Command::new(command)
        // Assistants and scripts that know the operation's own name are understood.
        .alias(operation.name)
        .about(operation.title)
        .long_about(format!("{}: {}", operation.title, operation.description))
        .after_help(format!("Example:\n  {}\n\n{}", example::of(operation), exit::CODES))
        .override_usage(usage(operation))
        .args(flags::of(operation))
        .arg(
            Arg::new(IMAGE_DIR)
                .long("image-dir")
                .value_name("DIR")
                .value_parser(ValueParser::path_buf())
                .help_heading("Everywhere")
                .help("Write the pictures of the answer into this folder"),
        )
}

fn usage(operation: &Registered) -> String {
    let mut usage = format!("mlwright {}", operation.command());
    let required = operation.required();
    for (name, schema) in flags::fields(operation).filter(|(name, _)| required.contains(&name.as_str())) {
        usage.push_str(&format!(" --{} <{}>", flags::flag(name), flags::Kind::of(schema).value_name()));
    }
    usage.push_str(" [OPTIONS]");
    usage
}

fn mcp_flags() -> Vec<Arg> {
    let http_only = |name: &'static str| Arg::new(name).long(name).requires("http");
    vec![
        Arg::new("toolsets")
            .long("toolsets")
            .value_name("STAGES")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help("Offer the operations of these stages only, e.g. explore,train (all)"),
        Arg::new("read-only").long("read-only").action(ArgAction::SetTrue).help("Offer only operations that change nothing"),
        Arg::new("http").long("http").action(ArgAction::SetTrue).help("Serve over HTTP instead, at /mcp; the address is printed"),
        http_only("host").value_name("ADDRESS").help("The address to listen on (127.0.0.1, or [server] in mlwright.toml)"),
        http_only("port").value_name("INTEGER").value_parser(value_parser!(u16)).help("The port (0: any free one)"),
        http_only("anonymous")
            .value_name("SCOPES")
            .help("What requests without a token may do, e.g. read; on loopback only. Any program on this machine can ask then"),
    ]
}

fn tokens() -> Command {
    let name = |help: &'static str| Arg::new("name").value_name("NAME").required(true).help(help);
    Command::new("token")
        .about("Make, list and revoke the tokens that clients need over HTTP")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("create")
                .about("Make a token and print it; it is shown this once")
                .arg(name("Who or what it is for").long("name"))
                .arg(
                    Arg::new("scopes")
                        .long("scopes")
                        .value_name("SCOPES")
                        .default_value("read")
                        .help("What it allows: read, write (add runs, models, predictions), deploy (aliases, endpoints), admin; separated by commas"),
                )
                .arg(
                    Arg::new("expires-days")
                        .long("expires-days")
                        .value_name("INTEGER")
                        .value_parser(value_parser!(i64))
                        .help("Days until it is good no more (never)"),
                ),
        )
        .subcommand(Command::new("list").about("Show the tokens, without their secrets"))
        .subcommand(Command::new("revoke").about("End a token at once; sessions that use it end too").arg(name("Its name or id")))
}

/// The commands that are no operations, with what the help says of them.
fn others() -> Vec<Command> {
    vec![
        Command::new("init").about("Write a commented mlwright.toml; one that is there stays as it is").arg(
            Arg::new("print").long("print").action(ArgAction::SetTrue).help("Print the file instead of writing it"),
        ),
        Command::new("mcp")
            .about("Serve the operations to an assistant over MCP, on standard input and output or over HTTP")
            .after_help("`mlwright serve` serves MCP over HTTP as well, at /mcp.")
            .args(mcp_flags()),
        Command::new("lsp")
            .about("Serve an editor over the Language Server Protocol, on standard input and output")
            .arg(
                Arg::new("stdio")
                    .long("stdio")
                    .action(ArgAction::SetTrue)
                    .hide(true)
                    .help("What is done anyway; some editors name it"),
            ),
        check::command(),
        tokens(),
        Command::new("serve")
            .about("Run the server process: endpoints, REST and web pages; deploy-endpoint starts it when none runs")
            .arg(
                Arg::new("host")
                    .long("host")
                    .value_name("ADDRESS")
                    .help("The address to listen on (127.0.0.1, or [server] in mlwright.toml)"),
            )
            .arg(
                Arg::new("port")
                    .long("port")
                    .value_name("INTEGER")
                    .value_parser(value_parser!(u16))
                    .help("The port; 0 is any free one (0, or [server] in mlwright.toml)"),
            ),
        Command::new("audit")
            .about("Check the audit's hash chain (audit-log reads the records)")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(
                Command::new("verify")
                    .about("Recompute the chain; exit code 1 names the first record that does not fit")
                    .arg(
                        Arg::new("expect")
                            .long("expect")
                            .value_name("HASH")
                            .help("A hash that an earlier check printed: shows a cut end, or a chain made anew"),
                    ),
            ),
        install::command(),
        doctor::command(),
        Command::new("version").about("Print the version"),
        Command::new("job").hide(true).about("What job processes run").subcommand_required(true).subcommand(
            Command::new("run")
                .about("Do the work of a queued job")
                .arg(Arg::new("id").required(true).value_name("ID")),
        ),
        Command::new("docs").hide(true).about("Print docs/operations.md").arg(
            Arg::new("skills")
                .long("skills")
                .value_name("DIR")
                .value_parser(ValueParser::path_buf())
                .help("Write the references of the skills in this folder instead"),
        ),
    ]
}

/// The help's layout, with the operations by stage instead of one long list.
fn template() -> String {
    let names = mlwright_operations::all().iter().map(|operation| operation.command().len());
    let width = names.max().unwrap_or_default() + 2;
    let mut commands = String::new();
    for stage in Stage::ALL {
        commands.push_str(&format!("\n{}:\n", capitalised(stage.as_str())));
        for operation in mlwright_operations::all().iter().filter(|operation| operation.stage == stage) {
            commands.push_str(&format!("  {:width$}{}\n", operation.command(), operation.title));
        }
    }
    commands.push_str("\nOther commands:\n");
    for other in others().iter().filter(|other| !other.is_hide_set()) {
        let about = other.get_about().map(ToString::to_string).unwrap_or_default();
        commands.push_str(&format!("  {:width$}{about}\n", other.get_name()));
    }
    format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{commands}\nOptions:\n{{options}}\n\n`mlwright COMMAND --help` says more of each.{{after-help}}"
    )
}

/// A word with a capital first letter.
pub(crate) fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    fn error(line: &str) -> clap::Error {
        command().try_get_matches_from(line.split(' ')).unwrap_err()
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn the_help_names_every_operation_and_the_exit_codes() {
        let help = command().render_help().to_string();
        for operation in mlwright_operations::all() {
            assert!(help.contains(&format!("  {} ", operation.command())), "{}", operation.name);
        }
        for text in
            ["Explore:", "Platform:", "  mcp ", "  lsp ", "  serve ", "130  cancelled", "--workspace <DIR>", "--json"]
        {
            assert!(help.contains(text), "{text}: {help}");
        }
        assert!(!help.contains("  job ") && !help.contains("  docs "), "{help}");
        assert!(!help.contains('{'), "{help}");
    }

    #[test]
    fn the_help_of_an_operation_shows_flags_choices_and_an_example() {
        let mut whole = command();
        let plot = whole.find_subcommand_mut("plot").unwrap().render_long_help().to_string();
        assert!(plot.contains("--kind <CHOICE>") && plot.contains("possible values: "), "{plot}");
        assert!(
            plot.contains("Usage: mlwright plot --table <TEXT>") && plot.contains("Example:\n  mlwright plot "),
            "{plot}"
        );
    }

    #[test]
    fn wrong_command_lines_are_usage_errors_with_the_nearest_name() {
        for (line, kind, said) in [
            ("mlwright trian", ErrorKind::InvalidSubcommand, "'train'"),
            ("mlwright train --table t.csv", ErrorKind::MissingRequiredArgument, "--target <TEXT>"),
            ("mlwright train --table t.csv --taget y", ErrorKind::UnknownArgument, "'--target'"),
            (
                "mlwright train --table t.csv --target y --seed many",
                ErrorKind::ValueValidation,
                "expected a whole number",
            ),
            ("mlwright plot --table t.csv --kind histogrm", ErrorKind::InvalidValue, "'histogram'"),
            ("mlwright predict --rows {a", ErrorKind::ValueValidation, "expected JSON"),
            ("mlwright serve --port 70000", ErrorKind::ValueValidation, "--port"),
            ("mlwright", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, "Usage"),
        ] {
            let error = error(line);
            assert_eq!(error.kind(), kind, "{line}: {error}");
            assert!(error.to_string().contains(said), "{line}: {error}");
            assert_eq!(error.exit_code(), exit::Exit::Usage.code(), "{line}");
        }
    }

    #[test]
    fn names_are_understood_in_snake_case_too() {
        let matches = command().try_get_matches_from(["mlwright", "list_tables"]).unwrap();
        assert_eq!(matches.subcommand_name(), Some("list-tables"));
        assert!(
            command()
                .try_get_matches_from("mlwright train --table t --target y --test_fraction 0.3".split(' '))
                .is_ok()
        );
    }

    #[test]
    fn flags_of_every_command_stand_before_or_after_it() {
        for line in ["mlwright --json --workspace w list-tables", "mlwright list-tables --json --workspace w"] {
            let matches = command().try_get_matches_from(line.split(' ')).unwrap();
            let (_, inner) = matches.subcommand().unwrap();
            assert!(inner.get_flag(JSON), "{line}");
            assert_eq!(inner.get_one::<std::path::PathBuf>(WORKSPACE).unwrap().to_str(), Some("w"), "{line}");
        }
    }
}
