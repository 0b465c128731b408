//! Imports: libraries by their names, and modules of the workspace by their text.

use std::sync::Arc;

use mlwright_python_syntax::ast::{Ident, ImportName};
use mlwright_python_values::value::{ScopeId, Value};
use mlwright_source_text::{SchemaSource, TextRange};

use super::interpreter::Interpreter;

/// Modules of the workspace that are walked for one script at most.
const N_MODULES_MAX: usize = 24;

impl Interpreter<'_> {
    pub(crate) fn import(&mut self, names: &[ImportName], scope: ScopeId) {
        for import in names {
            let full = &import.name.name;
            let (bound, value) = match &import.alias {
                Some(alias) => (alias.clone(), self.module_value(full, 0)),
                None => {
                    let first: Arc<str> = full.split('.').next().unwrap_or(full).into();
                    let ident = Ident { range: import.name.range, name: first.clone() };
                    (ident, self.module_value(&first, 0))
                }
            };
            self.state.set_name(scope, &bound.name, value);
        }
    }

    pub(crate) fn import_from(&mut self, module: Option<&Ident>, level: u32, names: &[ImportName], scope: ScopeId) {
        let module = module.map(|module| &*module.name).unwrap_or("");
        let loaded = self.load(module, level);
        for import in names {
            let name = &import.name.name;
            if &**name == "*" {
                if let Some(inside) = loaded {
                    for (name, value) in self.state.names_of(inside) {
                        self.state.set_name(scope, &name, value);
                    }
                }
                continue;
            }
            let value = match loaded {
                Some(inside) => self.state.name(inside, name).cloned().unwrap_or_default(),
                None => self.module_value(&join(module, name), level),
            };
            let bound = import.alias.as_ref().unwrap_or(&import.name);
            self.state.set_name(scope, &bound.name, value);
        }
    }

    /// A module as a value: its own names are looked up when they are used.
    fn module_value(&mut self, name: &str, level: u32) -> Value {
        match self.load(name, level) {
            Some(inside) => Value::Module(inside),
            None => Value::Library(name.into()),
        }
    }

    /// Walks a module of the workspace, once, and gives its scope.
    fn load(&mut self, module: &str, level: u32) -> Option<ScopeId> {
        if module.is_empty() || self.imported.len() >= N_MODULES_MAX {
            return None;
        }
        let path = self.find_module(module, level)?;
        if let Some(known) = self.imported.get(&path) {
            return known.as_ref().map(|(scope, _)| *scope);
        }
        let text = self.source.text(&path)?;
        // Known before it is walked: modules may import each other.
        self.imported.insert(path.clone(), None);
        let parsed = Arc::new(mlwright_python_syntax::lower::parse(&text));
        let scope = self.state.open_module();
        let elsewhere = self.elsewhere.replace(self.elsewhere.unwrap_or(self.statement));
        let here = std::mem::replace(&mut self.path, path.clone());
        self.walk_block(&parsed.body, scope);
        self.path = here;
        self.elsewhere = elsewhere;
        self.imported.insert(path, Some((scope, parsed)));
        Some(scope)
    }

    fn find_module(&self, module: &str, level: u32) -> Option<Arc<str>> {
        let known = |path: &Arc<str>| self.imported.contains_key(path) || self.source.text(path).is_some();
        files_of_module(&self.path, module, level, self.source).find(known)
    }

    /// Where a statement of a script happens, for a module that is imported elsewhere.
    pub(crate) fn within(&mut self, site: TextRange, walk: impl FnOnce(&mut Self) -> Value) -> Value {
        let outer = self.elsewhere.replace(self.elsewhere.unwrap_or(site));
        let value = walk(self);
        self.elsewhere = outer;
        value
    }
}

/// The file of a module that the script at `here` imports, where it lies in the workspace.
pub fn module_file(here: &str, module: &str, level: u32, source: &dyn SchemaSource) -> Option<Arc<str>> {
    files_of_module(here, module, level, source).find(|path| source.text(path).is_some())
}

/// The files that a module may be: beside the script at `here`, or below a root.
fn files_of_module(here: &str, module: &str, level: u32, source: &dyn SchemaSource) -> impl Iterator<Item = Arc<str>> {
    let relative = module.replace('.', "/");
    let mut folder = parent(here);
    for _ in 1..level.max(1) {
        folder = parent(folder);
    }
    let mut folders = vec![folder.to_owned()];
    if level == 0 {
        for root in source.roots() {
            folders.push(root.to_string());
            folders.push(format!("{root}/src"));
        }
    }
    let files = move |folder: String| [format!("{folder}/{relative}.py"), format!("{folder}/{relative}/__init__.py")];
    folders.into_iter().flat_map(files).map(Into::into)
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") }
}
