//! What every backend must do. Each function is one promise, checked through [`Store`] on a place
//! of its own; [`conformance_tests`] makes a test of each for one backend.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use crate::{Entry, Lease, Query, Store, StoreError};

/// Opens the backend under test; the same path means the same database.
pub(crate) type Open = fn(&Path) -> Store;

/// Makes a test of each promise for the backend that `$open` opens.
macro_rules! conformance_tests {
    ($open:expr) => {
        $crate::conformance::conformance_tests!(
            @each $open;
            failed_and_panicking_work_is_undone
            undone_work_gives_its_numbers_back
            a_reader_sees_one_state
            a_writer_sees_its_own_writes_and_nobody_else_does
            a_write_inside_a_write_is_refused
            what_was_written_is_there_after_reopening
            revisions_count_changes_and_guard_them
            records_keep_their_age_and_parent
            records_are_listed_by_key_prefix_and_parent
            records_are_listed_newest_first_page_by_page
            keys_may_be_any_text
            values_of_another_shape_are_reported_with_their_place
            streams_are_numbered_without_gaps
            streams_are_read_by_key_and_backwards
            counters_count_on_their_own
            leases_belong_to_one_owner_until_they_expire
            a_released_lease_is_free
            writers_that_opened_the_database_apart_lose_nothing
            a_database_may_be_made_by_many_at_once
        );
    };
    (@each $open:expr; $($promise:ident)*) => {
        $(#[test]
        fn $promise() {
            let place = tempfile::tempdir().unwrap();
            $crate::conformance::$promise($open, &place.path().join("metadata.db"));
        })*
    };
}
pub(crate) use conformance_tests;

type Outcome<T> = Result<T, StoreError>;

/// The keys of a listing.
fn keys(store: &Store, collection: &str, query: &Query<'_>) -> Vec<String> {
    let records = store.read(|tx| tx.list::<u64>(collection, query)).unwrap();
    records.into_iter().map(|record| record.key).collect()
}

fn get(store: &Store, key: &str) -> Option<u64> {
    store.read(|tx| tx.get::<u64>("things", key)).unwrap().map(|record| record.body)
}

pub(crate) fn failed_and_panicking_work_is_undone(open: Open, path: &Path) {
    let store = open(path);
    store.write(|tx| tx.insert("things", "a", None, &1_u64, 1)).unwrap();
    let failed: Outcome<()> = store.write(|tx| {
        tx.put("things", "a", None, None, &2_u64, 2)?;
        tx.insert("things", "b", None, &2_u64, 2)?;
        tx.insert("things", "a", None, &3_u64, 2)
    });
    assert!(matches!(failed, Err(StoreError::AlreadyExists { .. })), "{failed:?}");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.write::<(), StoreError>(|tx| {
            tx.put("things", "a", None, None, &4_u64, 2)?;
            tx.append("log", None, "half")?;
            panic!("on purpose")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!((get(&store, "a"), get(&store, "b")), (Some(1), None));
    // The store works on after both.
    store.write(|tx| tx.put("things", "a", None, None, &5_u64, 3)).unwrap();
    assert_eq!(get(&store, "a"), Some(5));
    assert_eq!(store.read(|tx| tx.stream_len("log")).unwrap(), 0);
}

pub(crate) fn undone_work_gives_its_numbers_back(open: Open, path: &Path) {
    let store = open(path);
    store
        .write::<_, StoreError>(|tx| {
            assert_eq!(tx.next("versions")?, 1);
            assert_eq!(tx.append("log", None, "first")?, 1);
            Ok(())
        })
        .unwrap();
    let undone: Outcome<()> = store.write(|tx| {
        assert_eq!(tx.next("versions")?, 2);
        assert_eq!(tx.next("versions")?, 3);
        assert_eq!(tx.append("log", None, "second")?, 2);
        tx.insert("things", "a", None, &1_u64, 1)?;
        Err(StoreError::Nested)
    });
    assert!(undone.is_err());
    let (number, seq, revision) = store
        .write::<_, StoreError>(|tx| Ok((tx.next("versions")?, tx.append("log", None, "third")?, tx.put("things", "a", None, None, &2_u64, 1)?)))
        .unwrap();
    assert_eq!((number, seq, revision), (2, 2, 1));
}

pub(crate) fn a_reader_sees_one_state(open: Open, path: &Path) {
    let store = open(path);
    let elsewhere = open(path);
    store.write(|tx| tx.insert("things", "a", None, &1_u64, 1)).unwrap();
    store
        .read::<_, StoreError>(|tx| {
            // Before the reader's first own read, a writer changes and ends.
            elsewhere.write(|tx| tx.put("things", "a", None, None, &2_u64, 2))?;
            store.write(|tx| tx.insert("things", "b", None, &2_u64, 2))?;
            assert_eq!(tx.get::<u64>("things", "a")?.unwrap().body, 1);
            assert_eq!(tx.count("things", None)?, 1);
            elsewhere.write(|tx| tx.delete("things", "a", None))?;
            assert_eq!(tx.get::<u64>("things", "a")?.unwrap().body, 1, "the second read shows the same state");
            Ok(())
        })
        .unwrap();
    assert_eq!((get(&store, "a"), get(&store, "b")), (None, Some(2)));
}

pub(crate) fn a_writer_sees_its_own_writes_and_nobody_else_does(open: Open, path: &Path) {
    let store = open(path);
    let elsewhere = open(path);
    store
        .write::<_, StoreError>(|tx| {
            tx.insert("things", "a", None, &1_u64, 1)?;
            assert_eq!(tx.get::<u64>("things", "a")?.unwrap().body, 1);
            // Readers neither wait nor see it, in this process and in others.
            thread::scope(|scope| {
                scope.spawn(|| assert_eq!(get(&store, "a"), None));
                scope.spawn(|| assert_eq!(get(&elsewhere, "a"), None));
            });
            Ok(())
        })
        .unwrap();
    assert_eq!((get(&store, "a"), get(&elsewhere, "a")), (Some(1), Some(1)));
}

pub(crate) fn a_write_inside_a_write_is_refused(open: Open, path: &Path) {
    let store = open(path);
    let inner = store.write::<_, StoreError>(|_| Ok(store.clone().write(|tx| tx.next("versions")))).unwrap();
    assert!(matches!(inner, Err(StoreError::Nested)), "{inner:?}");
    // The refusal leaves the outer transaction's thread free to write again.
    assert_eq!(store.write(|tx| tx.next("versions")).unwrap(), 1);
}

pub(crate) fn what_was_written_is_there_after_reopening(open: Open, path: &Path) {
    let body = vec!["x".repeat(3_000_000), "é\u{1f600}".to_owned()];
    let store = open(path);
    store
        .write::<_, StoreError>(|tx| {
            tx.insert("things", "a", Some("p"), &body, 7)?;
            tx.append("log", Some("k"), "entry")?;
            tx.next("versions")?;
            assert!(tx.acquire_lease("job/1", "me", 10, 5)?);
            Ok(())
        })
        .unwrap();
    drop(store);
    let store = open(path);
    store
        .read::<_, StoreError>(|tx| {
            let record = tx.get::<Vec<String>>("things", "a")?.unwrap();
            assert_eq!((record.parent.as_deref(), record.created_ms, &record.body), (Some("p"), 7, &body));
            assert_eq!(tx.last::<String>("log")?.unwrap().body, "entry");
            assert_eq!(tx.counter("versions")?, 1);
            assert_eq!(tx.lease("job/1")?.unwrap().owner, "me");
            Ok(())
        })
        .unwrap();
    store.check().unwrap();
}

pub(crate) fn revisions_count_changes_and_guard_them(open: Open, path: &Path) {
    let store = open(path);
    let put = |expected, body: u64| store.write(|tx| tx.put("things", "a", None, expected, &body, 1));
    let found = |result: Outcome<u64>| match result {
        Err(StoreError::RevisionConflict { expected, found, .. }) => (expected, found),
        other => panic!("{other:?}"),
    };
    assert_eq!(found(put(Some(1), 0)), (1, None), "nothing is there to replace");
    assert_eq!(put(None, 1).unwrap(), 1);
    assert_eq!(put(Some(1), 2).unwrap(), 2);
    assert_eq!(found(put(Some(1), 3)), (1, Some(2)), "the second of two writers that read revision 1");
    assert_eq!(get(&store, "a"), Some(2));
    let taken = store.write(|tx| tx.insert("things", "a", None, &9_u64, 1));
    assert!(matches!(taken, Err(StoreError::AlreadyExists { .. })), "{taken:?}");
    let deleted = store.write(|tx| tx.delete("things", "a", Some(1)));
    assert!(matches!(deleted, Err(StoreError::RevisionConflict { found: Some(2), .. })), "{deleted:?}");
    assert!(store.write(|tx| tx.delete("things", "a", Some(2))).unwrap());
    assert!(!store.write(|tx| tx.delete("things", "a", None)).unwrap());
    assert_eq!(put(None, 4).unwrap(), 1, "what is made anew starts at 1");
}

pub(crate) fn records_keep_their_age_and_parent(open: Open, path: &Path) {
    let store = open(path);
    store.write(|tx| tx.insert("things", "a", Some("p"), &1_u64, 100)).unwrap();
    let changed = store
        .write::<_, StoreError>(|tx| {
            tx.modify::<u64, StoreError>("things", "a", 200, |body| {
                *body += 1;
                Ok(())
            })
        })
        .unwrap();
    let stored = store.read(|tx| tx.get::<u64>("things", "a")).unwrap().unwrap();
    assert_eq!(changed, stored, "modify answers with what is stored");
    assert_eq!((stored.parent.as_deref(), stored.revision), (Some("p"), 2));
    assert_eq!((stored.created_ms, stored.updated_ms, stored.body), (100, 200, 2));
    let refused = store.write(|tx| tx.modify::<u64, StoreError>("things", "a", 300, |_| Err(StoreError::Nested)));
    assert!(refused.is_err());
    assert_eq!(store.read(|tx| tx.get::<u64>("things", "a")).unwrap().unwrap(), stored);
    let missing = store.write(|tx| tx.modify::<u64, StoreError>("things", "b", 1, |_| Ok(())));
    assert!(matches!(missing, Err(StoreError::NotFound { .. })), "{missing:?}");
    // `put` replaces the parent too.
    store.write(|tx| tx.put("things", "a", None, None, &3_u64, 400)).unwrap();
    assert_eq!(store.read(|tx| tx.count("things", Some("p"))).unwrap(), 0);
    assert_eq!(store.read(|tx| tx.count("things", None)).unwrap(), 1);
}

pub(crate) fn records_are_listed_by_key_prefix_and_parent(open: Open, path: &Path) {
    let store = open(path);
    let last = char::MAX.to_string();
    store
        .write::<_, StoreError>(|tx| {
            for (key, parent) in [("b", "p"), ("a%", "p"), ("a_x", "q"), ("ab", "q"), ("é", "p"), ("aé", "q"), (last.as_str(), "p"), ("a", "q")] {
                tx.insert("things", key, Some(parent), &0_u64, 1)?;
            }
            tx.insert("others", "a", Some("p"), &0_u64, 1)
        })
        .unwrap();
    let all = Query::default();
    assert_eq!(keys(&store, "things", &all), ["a", "a%", "a_x", "ab", "aé", "b", "é", last.as_str()]);
    assert_eq!(keys(&store, "things", &Query { prefix: Some("a"), ..all }), ["a", "a%", "a_x", "ab", "aé"]);
    assert_eq!(keys(&store, "things", &Query { prefix: Some("a_"), ..all }), ["a_x"], "no character is a wildcard");
    assert_eq!(keys(&store, "things", &Query { prefix: Some(&last), ..all }), [last.as_str()]);
    assert_eq!(keys(&store, "things", &Query { parent: Some("p"), ..all }), ["a%", "b", "é", last.as_str()]);
    assert_eq!(keys(&store, "things", &Query { after: Some("ab"), limit: Some(2), ..all }), ["aé", "b"]);
    assert_eq!(keys(&store, "things", &Query { parent: Some("q"), prefix: Some("a"), after: Some("a"), limit: Some(1), ..all }), ["a_x"]);
    assert_eq!(keys(&store, "nothing", &all), [""; 0]);
    assert_eq!(store.read(|tx| tx.count("things", Some("q"))).unwrap(), 4);
}

pub(crate) fn records_are_listed_newest_first_page_by_page(open: Open, path: &Path) {
    let store = open(path);
    for key in ["c", "a", "d", "b"] {
        // The order is that of insertion, whatever the clock says.
        store.write(|tx| tx.insert("things", key, None, &0_u64, 5)).unwrap();
    }
    store.write(|tx| tx.put("things", "c", None, None, &1_u64, 9)).unwrap();
    let newest = Query { newest_first: true, limit: Some(2), ..Query::default() };
    assert_eq!(keys(&store, "things", &newest), ["b", "d"]);
    assert_eq!(keys(&store, "things", &Query { after: Some("d"), ..newest }), ["a", "c"], "a change does not make it newer");
    assert_eq!(keys(&store, "things", &Query { after: Some("c"), ..newest }), [""; 0]);
    store.write(|tx| tx.delete("things", "d", None)).unwrap();
    let gone = store.read(|tx| tx.list::<u64>("things", &Query { after: Some("d"), ..newest }));
    assert!(matches!(gone, Err(StoreError::NotFound { .. })), "{gone:?}");
    store.write(|tx| tx.insert("things", "d", None, &0_u64, 1)).unwrap();
    assert_eq!(keys(&store, "things", &newest), ["d", "b"]);
}

pub(crate) fn keys_may_be_any_text(open: Open, path: &Path) {
    let store = open(path);
    let odd = ["", " ", "'; DROP TABLE records; --", "a\0b", "a\0c", "\u{1f}x\u{1f}", "Ä", "A\u{308}"];
    store
        .write::<_, StoreError>(|tx| {
            for (i, key) in (0_u64..).zip(odd) {
                tx.insert(key, key, Some(key), &i, 1)?;
                tx.append(key, Some(key), &i)?;
            }
            Ok(())
        })
        .unwrap();
    store
        .read::<_, StoreError>(|tx| {
            for (i, key) in (0_u64..).zip(odd) {
                assert_eq!(tx.get::<u64>(key, key)?.map(|record| (record.key, record.body)), Some((key.to_owned(), i)), "{key:?}");
                assert_eq!(tx.count(key, Some(key))?, 1, "{key:?}");
                assert_eq!(tx.last_of_key::<u64>(key, key)?.map(|entry| entry.body), Some(i), "{key:?}");
            }
            Ok(())
        })
        .unwrap();
}

pub(crate) fn values_of_another_shape_are_reported_with_their_place(open: Open, path: &Path) {
    let store = open(path);
    store
        .write::<_, StoreError>(|tx| {
            tx.insert("things", "a", None, "text", 1)?;
            tx.append("log", None, "text").map(|_| ())
        })
        .unwrap();
    let record = store.read(|tx| tx.get::<u64>("things", "a"));
    assert!(matches!(&record, Err(StoreError::Unreadable { place, .. }) if place == "things/a"), "{record:?}");
    let entry = store.read(|tx| tx.last::<u64>("log"));
    assert!(matches!(&entry, Err(StoreError::Unreadable { place, .. }) if place == "log#1"), "{entry:?}");
    // JSON has no NaN: it is kept as null, which only an optional number reads.
    store.write(|tx| tx.insert("things", "nan", None, &f64::NAN, 1)).unwrap();
    assert_eq!(store.read(|tx| tx.get::<Option<f64>>("things", "nan")).unwrap().unwrap().body, None);
    assert!(store.read(|tx| tx.get::<f64>("things", "nan")).is_err());
    // Every digit of a number survives.
    let precise = 0.1_f64 + 0.2;
    store.write(|tx| tx.insert("things", "precise", None, &precise, 1)).unwrap();
    assert_eq!(store.read(|tx| tx.get::<f64>("things", "precise")).unwrap().unwrap().body.to_bits(), precise.to_bits());
}

pub(crate) fn streams_are_numbered_without_gaps(open: Open, path: &Path) {
    let store = open(path);
    assert_eq!(store.read(|tx| tx.stream_len("log")).unwrap(), 0);
    assert_eq!(store.read(|tx| tx.last::<u64>("log")).unwrap(), None);
    store
        .write::<_, StoreError>(|tx| {
            assert_eq!(tx.append_all("log", std::iter::empty::<(Option<&str>, &u64)>())?, 0);
            assert_eq!(tx.append("log", None, &10_u64)?, 1);
            assert_eq!(tx.append("other", None, &99_u64)?, 1, "each stream counts for itself");
            assert_eq!(tx.append_all("log", [(None, &20_u64), (Some("k"), &30)])?, 3);
            assert_eq!(tx.append_all("log", std::iter::empty::<(Option<&str>, &u64)>())?, 3);
            Ok(())
        })
        .unwrap();
    let read = |after, limit| {
        let entries = store.read(|tx| tx.read_stream::<u64>("log", after, limit)).unwrap();
        entries.into_iter().map(|entry| (entry.seq, entry.body)).collect::<Vec<_>>()
    };
    assert_eq!(read(0, 10), [(1, 10), (2, 20), (3, 30)]);
    assert_eq!(read(1, 1), [(2, 20)]);
    assert_eq!(read(3, 10), []);
    assert_eq!(read(u64::MAX, 10), []);
    assert_eq!(store.read(|tx| tx.stream_len("log")).unwrap(), 3);
}

pub(crate) fn streams_are_read_by_key_and_backwards(open: Open, path: &Path) {
    let store = open(path);
    let written: Vec<(Option<&str>, u64)> = vec![(Some("loss"), 1), (Some("auc"), 2), (None, 3), (Some("loss"), 4), (Some("auc"), 5)];
    store.write(|tx| tx.append_all("metrics", written.iter().map(|(key, body)| (*key, body)))).unwrap();
    let bodies = |entries: Outcome<Vec<Entry<u64>>>| entries.unwrap().into_iter().map(|entry| entry.body).collect::<Vec<_>>();
    assert_eq!(bodies(store.read(|tx| tx.read_stream_key("metrics", "loss", 0, 10))), [1, 4]);
    assert_eq!(bodies(store.read(|tx| tx.read_stream_key("metrics", "loss", 1, 10))), [4]);
    assert_eq!(bodies(store.read(|tx| tx.read_stream_key("metrics", "none", 0, 10))), [0; 0]);
    assert_eq!(bodies(store.read(|tx| tx.read_stream_back("metrics", None, 2))), [5, 4]);
    assert_eq!(bodies(store.read(|tx| tx.read_stream_back("metrics", Some(4), 2))), [3, 2]);
    assert_eq!(bodies(store.read(|tx| tx.read_stream_back("metrics", Some(1), 2))), [0; 0]);
    let last = store.read(|tx| tx.last_of_key::<u64>("metrics", "loss")).unwrap().unwrap();
    assert_eq!(last, Entry { seq: 4, key: Some("loss".to_owned()), body: 4 });
    assert_eq!(store.read(|tx| tx.last::<u64>("metrics")).unwrap().unwrap().seq, 5);
}

pub(crate) fn counters_count_on_their_own(open: Open, path: &Path) {
    let store = open(path);
    assert_eq!(store.read(|tx| tx.counter("a")).unwrap(), 0);
    store
        .write::<_, StoreError>(|tx| {
            assert_eq!((tx.next("a")?, tx.next("a")?, tx.next("b")?), (1, 2, 1));
            assert_eq!(tx.counter("a")?, 2);
            Ok(())
        })
        .unwrap();
    assert_eq!(store.read(|tx| Ok::<_, StoreError>((tx.counter("a")?, tx.counter("b")?))).unwrap(), (2, 1));
}

pub(crate) fn leases_belong_to_one_owner_until_they_expire(open: Open, path: &Path) {
    let store = open(path);
    let lease = |name: &str| store.read(|tx| tx.lease(name)).unwrap();
    assert_eq!(lease("job/1"), None);
    assert!(store.acquire_lease("job/1", "ada", 1_000, 100).unwrap());
    assert!(!store.acquire_lease("job/1", "bob", 1_099, 100).unwrap(), "held to the last millisecond");
    assert!(!store.renew_lease("job/1", "bob", 1_050, 100).unwrap());
    assert!(store.renew_lease("job/1", "ada", 1_050, 100).unwrap());
    assert!(store.acquire_lease("job/1", "ada", 1_060, 200).unwrap(), "the owner may ask again");
    let kept = Lease { name: "job/1".into(), owner: "ada".into(), acquired_ms: 1_000, renewed_ms: 1_060, expires_ms: 1_260 };
    assert_eq!(lease("job/1"), Some(kept));
    assert!(!store.renew_lease("job/1", "ada", 1_260, 100).unwrap(), "an expired lease cannot be prolonged");
    assert!(store.acquire_lease("job/1", "bob", 1_260, 100).unwrap());
    assert!(!store.renew_lease("job/1", "ada", 1_261, 100).unwrap());
    assert_eq!(lease("job/1").map(|lease| (lease.owner, lease.acquired_ms)), Some(("bob".to_owned(), 1_260)));
    assert!(store.acquire_lease("job/2", "ada", i64::MAX - 1, 100).unwrap(), "times near the end do not overflow");
    assert!(store.acquire_lease("other", "ada", 0, 1).unwrap());
    let jobs = store.read(|tx| tx.leases("job/")).unwrap();
    assert_eq!(jobs.into_iter().map(|lease| lease.name).collect::<Vec<_>>(), ["job/1", "job/2"]);
    assert_eq!(store.read(|tx| tx.leases("")).unwrap().len(), 3);
}

pub(crate) fn a_released_lease_is_free(open: Open, path: &Path) {
    let store = open(path);
    assert!(!store.release_lease("job/1", "ada").unwrap());
    assert!(store.acquire_lease("job/1", "ada", 0, 100).unwrap());
    assert!(!store.release_lease("job/1", "bob").unwrap());
    assert!(store.release_lease("job/1", "ada").unwrap());
    assert!(store.acquire_lease("job/1", "bob", 1, 100).unwrap());
    // What a failed transaction released is still held.
    let failed: Outcome<()> = store.write(|tx| {
        assert!(tx.release_lease("job/1", "bob")?);
        Err(StoreError::Nested)
    });
    assert!(failed.is_err());
    assert!(!store.acquire_lease("job/1", "ada", 2, 100).unwrap());
}

/// Writes `n` numbered records, each with an entry of the stream, in transactions of their own.
pub(crate) fn write_numbered(store: &Store, writer: &str, n: usize) {
    for _ in 0..n {
        store
            .write::<_, StoreError>(|tx| {
                let number = tx.next("runs")?;
                tx.insert("runs", &format!("{number:06}"), Some(writer), &number, 1)?;
                assert_eq!(tx.append("log", Some(writer), &number)?, number, "stream and counter go together");
                let before = tx.get::<u64>("things", "sum")?.map_or(0, |record| record.body);
                tx.put("things", "sum", None, None, &(before + 1), 1)?;
                Ok(())
            })
            .unwrap();
    }
}

/// Checks that what several [`write_numbered`] wrote is complete.
pub(crate) fn check_numbered(store: &Store, n: u64) {
    let expected: Vec<String> = (1..=n).map(|number| format!("{number:06}")).collect();
    assert_eq!(keys(store, "runs", &Query::default()), expected);
    let log = store.read(|tx| tx.read_stream::<u64>("log", 0, usize::MAX)).unwrap();
    assert!(log.iter().zip(1..=n).all(|(entry, number)| (entry.seq, entry.body) == (number, number)), "{log:?}");
    assert_eq!((log.len() as u64, get(store, "sum")), (n, Some(n)));
    store.check().unwrap();
}

pub(crate) fn writers_that_opened_the_database_apart_lose_nothing(open: Open, path: &Path) {
    let (n_writers, n_writes) = (4, 50);
    let stores: Vec<Store> = (0..n_writers).map(|_| open(path)).collect();
    thread::scope(|scope| {
        for (i, store) in stores.iter().enumerate() {
            // Two threads of each store: writers wait for their own process and for others.
            for half in 0..2 {
                scope.spawn(move || write_numbered(store, &format!("{i}-{half}"), n_writes / 2));
            }
        }
    });
    check_numbered(&stores[0], (n_writers * n_writes) as u64);
}

pub(crate) fn a_database_may_be_made_by_many_at_once(open: Open, path: &Path) {
    let n_openers = 8;
    let together = Barrier::new(n_openers);
    thread::scope(|scope| {
        for i in 0..n_openers {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                write_numbered(&open(path), &i.to_string(), 3);
            });
        }
    });
    check_numbered(&open(path), 3 * n_openers as u64);
}
