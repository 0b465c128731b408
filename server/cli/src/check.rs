//! `mlwright check`: ML bugs in scripts and notebooks, for a terminal or continuous integration.

mod files;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use mlwright_base::system::{environment, files as disk};
use mlwright_base::{ErrorCode, Problem, Progress, ProgressSink};
use mlwright_engine::settings::Settings;
use mlwright_language::check::{self, Baseline, Finding, Selection};
use mlwright_language::{Document, Language, Notebook, Severity};
use mlwright_lsp::{Asked, Source, Workspaces, World};

use crate::exit::Exit;
use crate::output;
use crate::progress::Shown;
use crate::run::Setting;

/// Stack of a thread that reads scripts: expressions may be nested deeply, and functions call each other.
const STACK_BYTES: usize = 64 << 20;
/// Threads at most: more than this many files at once is no faster.
const N_THREADS_MAX: usize = 16;
/// A check that takes no longer says nothing about how far it is.
const PROGRESS_AFTER: Duration = Duration::from_secs(1);

pub(crate) fn command() -> Command {
    let list = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("RULES").value_delimiter(',').action(ArgAction::Append).help(help)
    };
    Command::new("check")
        .about("Find ML bugs in Python scripts and notebooks: leakage, overlap, misused metrics, unknown columns")
        .long_about(
            "Find ML bugs in Python scripts and notebooks without running them: preprocessing before the split, test rows among the \
             training rows, a test set used to choose, the target among the features, misused metrics, unknown columns. The rules are \
             described in docs/rules; `# mlwright: ignore[MLW101]` on a line suppresses one.",
        )
        .arg(Arg::new("paths").value_name("PATHS").num_args(0..).value_parser(value_parser!(PathBuf)).help("Files and folders (the workspace's folder)"))
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(PossibleValuesParser::new(["text", "json", "sarif", "github"]))
                .help("How to print findings (text; json with --json)"),
        )
        .arg(list("select", "Only these rules, by code, start of a code or name (all, or [check] in mlwright.toml)"))
        .arg(list("ignore", "Not these rules"))
        .arg(
            Arg::new("baseline")
                .long("baseline")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Do not report what is in this file (none, or [check] in mlwright.toml)"),
        )
        .arg(Arg::new("write-baseline").long("write-baseline").action(ArgAction::SetTrue).help("Write what is found into the baseline's file and report nothing"))
        .arg(
            Arg::new("fail-on")
                .long("fail-on")
                .value_name("SEVERITY")
                .default_value("warning")
                .value_parser(PossibleValuesParser::new(["error", "warning", "information", "never"]))
                .help("The least severity of findings that makes the exit code 1"),
        )
}

/// Checks what the arguments name. The exit code is 1 when something is found that is as severe as `--fail-on`.
///
/// # Errors
/// When a path, rule or baseline cannot be used. A file that cannot be read is reported and makes the exit code 1.
pub(crate) fn run(setting: &Setting, matches: &ArgMatches) -> Result<Exit, Problem> {
    let workspace = setting.workspace()?;
    let settings = Settings::load(&workspace)?.check;
    let selection = selection(&settings, matches)?;
    let current = environment::current_dir()
        .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot find the current folder: {error}")))?;
    let named: Vec<PathBuf> = matches.get_many::<PathBuf>("paths").into_iter().flatten().cloned().collect();
    let named = if named.is_empty() { vec![workspace.clone()] } else { named };
    let exclude: Vec<PathBuf> = settings.exclude.iter().map(|path| workspace.join(path)).collect();
    let paths = files::find(&named, &current, &exclude)?;
    let progress = if setting.quiet { Shown::nowhere() } else { Shown::on_stderr() };
    let (mut findings, unreadable) = findings(&workspace, &current, &paths, &selection, &progress);
    progress.finish();

    let baseline_path = matches
        .get_one::<PathBuf>("baseline")
        .cloned()
        .or_else(|| settings.baseline.as_ref().map(|path| workspace.join(path)));
    if matches.get_flag("write-baseline") {
        let path = baseline_path.unwrap_or_else(|| workspace.join("mlwright-baseline.json"));
        disk::write_atomic(&path, Baseline::of(&findings).to_text().as_bytes())
            .map_err(|error| Problem::new(ErrorCode::Storage, format!("cannot write {}: {error}", path.display())))?;
        output::note(&format!("{} findings written to {}", findings.len(), path.display()));
        return Ok(Exit::Done);
    }
    let n_found = findings.len();
    if let Some(path) = baseline_path {
        let baseline = read_baseline(&path)?;
        findings.retain(|finding| !baseline.knows(finding));
    }
    let n_known = n_found - findings.len();
    let format = matches.get_one::<String>("format").map_or(if setting.json { "json" } else { "text" }, String::as_str);
    let printed = match format {
        "json" => output::json(&check::json(&findings, paths.len(), n_known)),
        "sarif" => output::json(&check::sarif(&findings, env!("CARGO_PKG_VERSION"))),
        "github" if findings.is_empty() => Exit::Done,
        "github" => output::result(&check::github(&findings)),
        _ => output::result(&check::text(&findings, paths.len(), n_known)),
    };
    for problem in &unreadable {
        output::problem(problem, setting.json);
    }
    let least = match matches.get_one::<String>("fail-on").map(String::as_str) {
        Some("error") => Some(Severity::Error),
        Some("information") => Some(Severity::Information),
        Some("never") => None,
        _ => Some(Severity::Warning),
    };
    let fails =
        least.is_some_and(|least| findings.iter().any(|finding| finding.severity <= least)) || !unreadable.is_empty();
    Ok(if fails { Exit::Failed } else { printed })
}

fn selection(settings: &mlwright_engine::settings::Check, matches: &ArgMatches) -> Result<Selection, Problem> {
    let given =
        |name: &str| -> Option<Vec<String>> { matches.get_many::<String>(name).map(|names| names.cloned().collect()) };
    let select = given("select").unwrap_or_else(|| settings.select.clone());
    let ignore: Vec<String> = settings.ignore.iter().cloned().chain(given("ignore").into_iter().flatten()).collect();
    Selection::new(&select, &ignore).map_err(|error| {
        Problem::new(ErrorCode::InvalidArgument, error.to_string())
            .hint("docs/rules/README.md lists the rules")
            .field("select")
    })
}

fn read_baseline(path: &Path) -> Result<Baseline, Problem> {
    let text = disk::read_to_string(path).map_err(|error| {
        Problem::new(ErrorCode::NotFound, format!("cannot read the baseline {}: {error}", path.display()))
            .hint("`mlwright check --write-baseline` writes it")
            .field("baseline")
    })?;
    Baseline::parse(&text).map_err(|error| {
        Problem::new(ErrorCode::InvalidArgument, format!("{}: {error}", path.display())).field("baseline")
    })
}

/// What is found in the files, in the order of their paths, and what could not be read.
fn findings(
    workspace: &Path,
    current: &Path,
    paths: &[PathBuf],
    selection: &Selection,
    progress: &dyn ProgressSink,
) -> (Vec<Finding>, Vec<Problem>) {
    let workspaces = Workspaces::new(workspace.to_path_buf());
    workspaces.change_roots(vec![slashed(workspace)], &[]);
    let world = World::new(workspaces);
    let (next, n_done, started) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
    let results: Mutex<Vec<(usize, Result<Vec<Finding>, Problem>)>> = Mutex::new(Vec::with_capacity(paths.len()));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(index) else { break };
            let found = of_file(&world, current, path, selection);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((index, found));
            let n_done = n_done.fetch_add(1, Ordering::Relaxed) + 1;
            if started.elapsed() >= PROGRESS_AFTER {
                let message = format!("{n_done} of {} files, {}", paths.len(), path.display());
                progress.report(Progress::of(n_done as f64, paths.len() as f64, message));
            }
        }
    };
    let n_threads =
        std::thread::available_parallelism().map_or(1, usize::from).min(N_THREADS_MAX).min(paths.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..n_threads {
            // A thread that cannot be had leaves its work to the others.
            let _ = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    let (mut all, mut unreadable) = (Vec::new(), Vec::new());
    for (_, result) in results {
        match result {
            Ok(found) => all.extend(found),
            Err(problem) => unreadable.push(problem),
        }
    }
    (all, unreadable)
}

fn of_file(world: &World, current: &Path, path: &Path, selection: &Selection) -> Result<Vec<Finding>, Problem> {
    let unreadable = |what: String| {
        Problem::new(ErrorCode::InvalidArgument, format!("cannot read {}: {what}", path.display())).field("paths")
    };
    let bytes = disk::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
    let absolute = slashed(&current.join(path));
    let document = if path.extension().is_some_and(|extension| extension == "ipynb") {
        match Notebook::from_ipynb(&text) {
            Ok(notebook) => Document::from_notebook(absolute.as_str(), notebook),
            // A notebook of another language has nothing to check.
            Err(mlwright_language::NotebookError::OtherLanguage { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error.to_string())),
        }
    } else {
        Document::new(absolute.as_str(), Language::Python, text)
    };
    let asked = Asked::default();
    let source = Source::new(world, &asked, &absolute);
    let shown = path.strip_prefix(current).unwrap_or(path);
    Ok(check::findings(&document, &slashed(shown), &source, selection))
}

/// A path as reports and documents have theirs.
fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
