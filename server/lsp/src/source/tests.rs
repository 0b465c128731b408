use mlwright_language::Dtype;

use super::*;

struct Place {
    folder: tempfile::TempDir,
    world: World,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspaces = Workspaces::new(folder.path().to_path_buf());
        workspaces.change_roots(vec![folder.path().to_str().unwrap().to_owned()], &[]);
        Self { folder, world: World::new(workspaces) }
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder.path().to_str().unwrap())
    }

    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        files::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        files::write_atomic(Path::new(&path), text.as_bytes()).unwrap();
    }

    fn ask<T>(&self, question: impl FnOnce(&dyn SchemaSource, &Asked) -> T) -> T {
        let (asked, path) = (Asked::default(), self.path("script.py"));
        question(&Source::new(&self.world, &asked, &path), &asked)
    }
}

#[test]
fn a_data_file_has_its_columns_as_it_is_now() {
    let place = Place::new();
    place.put("data/people.csv", "id,age,name\n1,30,Ada\n2,,Bob\n");
    let path = place.path("data/people.csv");
    let table = place.ask(|source, _| source.file(&path)).unwrap();
    let columns: Vec<(&str, Dtype, Option<f64>)> =
        table.columns.iter().map(|column| (&*column.name, column.dtype, column.missing_share)).collect();
    assert_eq!(
        columns,
        [("id", Dtype::Integer, Some(0.0)), ("age", Dtype::Integer, Some(0.5)), ("name", Dtype::String, Some(0.0))]
    );
    assert_eq!((table.n_rows, table.columns[2].example.as_deref()), (Some(2), Some("Ada")));
    assert!(Arc::ptr_eq(&table, &place.ask(|source, _| source.file(&path)).unwrap()), "it is read once");
    place.put("data/people.csv", "only\n1\n");
    assert_eq!(place.ask(|source, _| source.file(&path)).unwrap().columns.len(), 1);
    files::remove_file(Path::new(&path)).unwrap();
    assert!(place.ask(|source, _| source.file(&path)).is_none());
    place.put("data/people.csv", "");
    assert!(place.ask(|source, _| source.file(&path)).is_none(), "an empty file is no table");
}

#[test]
fn a_column_is_summed_up() {
    let place = Place::new();
    let rows: String = (0..100).map(|age| format!("{},{}\n", age % 40, if age % 4 == 0 { "x" } else { "y" })).collect();
    place.put("t.csv", &format!("age,kind\n{rows}"));
    let summary =
        place.ask(|source, _| source.column_summary(&source.file(&place.path("t.csv")).unwrap(), "age")).unwrap();
    assert_eq!((summary.n_rows, summary.n_distinct, summary.missing_share), (100, Some(40), 0.0));
    assert_eq!(summary.range.as_ref().map(|(least, greatest)| (&**least, &**greatest)), Some(("0", "39")));
    assert_eq!(summary.quartiles, Some([8.0, 16.0, 27.0]));
    assert_eq!(summary.histogram.iter().sum::<u64>(), 100);
    let kinds =
        place.ask(|source, _| source.column_summary(&source.file(&place.path("t.csv")).unwrap(), "kind")).unwrap();
    assert_eq!((&*kinds.top_values[0].0, kinds.top_values[0].1), ("y", 75));
    assert!(
        place.ask(|source, _| source.column_summary(&source.file(&place.path("t.csv")).unwrap(), "none")).is_none()
    );
}

#[test]
fn looking_makes_no_workspace() {
    let place = Place::new();
    place.put("data/a.csv", "x\n1\n");
    place.ask(|source, asked| {
        assert_eq!(source.tables().iter().map(|name| &**name).collect::<Vec<_>>(), ["data/a.csv"]);
        assert_eq!(&*source.table("data/a.csv").unwrap().name, "data/a.csv");
        assert!(source.table("../a.csv").is_none() && source.table("none").is_none());
        assert!(source.names(NameKind::Model).is_empty());
        assert!(source.names(NameKind::Metric).iter().any(|name| &**name == "roc_auc"));
        assert!(asked.depends_on_workspace());
    });
    assert!(!files::exists(&place.folder.path().join(FOLDER)));
}

#[test]
fn names_of_a_workspace_are_known() {
    let place = Place::new();
    place.put("a.csv", "x\n1\n");
    let engine = place.world.workspaces.engine(place.folder.path()).unwrap();
    let actor = mlwright_engine::Actor { name: "ada".to_owned(), surface: mlwright_engine::Surface::Lsp };
    let call = mlwright_engine::Call {
        actor: &actor,
        scopes: mlwright_engine::access::Scopes::ALL,
        cancel: &mlwright_base::CancelToken::new(),
        progress: &mlwright_base::NoProgress,
    };
    let context = mlwright_operations::Context { engine: &engine, call: &call };
    mlwright_operations::call(context, "create_table", serde_json::json!({ "name": "kept", "file": "a.csv" })).unwrap();
    mlwright_operations::call(
        context,
        "create_monitor",
        serde_json::json!({ "name": "watch_a", "baseline": "a.csv", "current": "kept" }),
    )
    .unwrap();
    place.ask(|source, _| {
        assert_eq!(source.tables().iter().map(|name| &**name).collect::<Vec<_>>(), ["kept", "a.csv"]);
        assert_eq!(&*source.table("kept").unwrap().columns[0].name, "x");
        assert_eq!(source.names(NameKind::Monitor).iter().map(|name| &**name).collect::<Vec<_>>(), ["watch_a"]);
    });
}

#[test]
fn only_what_is_in_the_roots_is_listed_and_read() {
    let place = Place::new();
    place.put("a.csv", "x\n1\n");
    place.put("lib/helper.py", "x = 1\n");
    place.put(".hidden/b.csv", "x\n1\n");
    place.put(".mlwright/c.csv", "x\n1\n");
    place.ask(|source, asked| {
        let names = |path: &str| {
            source
                .entries(path)
                .into_iter()
                .map(|entry| format!("{}{}", entry.name, if entry.is_folder { "/" } else { "" }))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&place.path("")), ["a.csv", "lib/"]);
        assert!(names("/").is_empty() && names("/etc").is_empty() && names(&place.path("lib/../..")).is_empty());
        assert_eq!(source.text(&place.path("lib/helper.py")).as_deref(), Some("x = 1\n"));
        assert!(source.text("/etc/passwd").is_none());
        assert!(asked.depends_on(&place.path("lib/helper.py")));
        place.world.set_open_text(&place.path("lib/helper.py"), Some("x = 2\n".into()));
        assert_eq!(source.text(&place.path("lib/helper.py")).as_deref(), Some("x = 2\n"));
        place.world.set_open_text(&place.path("lib/helper.py"), None);
        assert_eq!(source.text(&place.path("lib/helper.py")).as_deref(), Some("x = 1\n"));
    });
}

#[test]
fn the_nearest_workspace_inside_a_root_is_worked_in() {
    let place = Place::new();
    place.put("inner/mlwright.toml", "");
    place.put("inner/deep/a.py", "");
    place.put("other/b.py", "");
    let directory = |path: &str| place.world.workspaces.directory_of(Some(&place.path(path)));
    assert_eq!(directory("inner/deep/a.py"), place.folder.path().join("inner"));
    assert_eq!(directory("other/b.py"), place.folder.path());
    assert_eq!(place.world.workspaces.directory_of(Some("/elsewhere/c.py")), place.folder.path());
    assert_eq!(place.world.workspaces.directory_of(None), place.folder.path());
}

#[test]
fn a_file_that_is_replaced_while_it_is_read_is_the_old_one_the_new_one_or_none() {
    let place = Place::new();
    let path = place.path("t.csv");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..200_u32 {
                let text = if round % 2 == 0 { "a,b\n1,2\n".to_owned() } else { "c,d,e\n1,2,3\n".to_owned() };
                if round % 3 == 0 {
                    files::write_atomic(Path::new(&path), text.as_bytes()).unwrap()
                } else {
                    std::fs::write(&path, text).unwrap()
                }
            }
            stop.store(true, std::sync::atomic::Ordering::Release);
        });
        while !stop.load(std::sync::atomic::Ordering::Acquire) {
            if let Some(table) = place.ask(|source, _| source.file(&path)) {
                let names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
                assert!(names == ["a", "b"] || names == ["c", "d", "e"], "{names:?}");
            }
        }
    });
}
