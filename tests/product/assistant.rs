//! The whole loop over MCP, by the official Python client on stdio.

use mlwright_tests::{Ended, Workspace, program, python};

fn drive(workspace: &Workspace, table: &str, target: &str) {
    let mut client = python("mcp_lifecycle.py");
    client.arg(program()).arg(workspace.path()).arg(table).arg(target);
    let ended = Ended::of(client.output().expect("the client starts"));
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
}

#[test]
fn the_python_client_takes_telco_from_csv_to_drift() {
    drive(&Workspace::telco(), "telco.csv", "Churn");
}

#[test]
fn the_python_client_takes_housing_from_csv_to_drift() {
    drive(&Workspace::housing(), "housing.csv.gz", "median_house_value");
}
