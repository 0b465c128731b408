//! The interactive views in a headless browser, which plays a host and shows real answers.

use mlwright_tests::{Ended, Workspace, program, python};

#[test]
fn a_host_shows_the_profile_and_the_leaderboard() {
    let workspace = Workspace::telco();
    // Gone with the workspace, unless somebody wants to look at them.
    let pictures = std::env::var_os("MLWRIGHT_PICTURES").map_or_else(|| workspace.path().join("pictures"), Into::into);
    let mut client = python("views.py");
    client.arg(program()).arg(workspace.path()).args(["telco.csv", "Churn"]).arg(&pictures);
    let ended = Ended::of(client.output().expect("the client starts"));
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.trim_end().ends_with("done"), "{}", ended.stdout);
    for picture in ["profile-light", "profile-dark", "leaderboard-light", "leaderboard-dark"] {
        let bytes = std::fs::read(pictures.join(format!("{picture}.png"))).expect("a picture");
        assert!(bytes.len() > 20_000, "{picture} is empty: {} bytes", bytes.len());
    }
}
