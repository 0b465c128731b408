use super::*;

fn used(base_url: &str, key_variable: Option<&str>, sends_examples: bool) -> Use {
    let key = key_variable.map(|name| format!("key_variable = '{name}'\n")).unwrap_or_default();
    let text = format!(
        "[providers.one]\nbase_url = '{base_url}'\nmodel = 'small'\n{key}[inline_completion]\nprovider = 'one'\nsend_examples = {sends_examples}\n"
    );
    Use::of(&Settings::parse(&text).unwrap()).unwrap().unwrap()
}

#[test]
fn this_machine_needs_no_leave_and_every_other_its_own() {
    let (permits, profile) = (Permits::default(), Profile::default());
    assert!(permits.lets(&used("http://127.0.0.1:1/v1", None, true), &profile));
    let outside = used("https://api.example.com/v1", None, false);
    assert!(!permits.lets(&outside, &profile));
    lock(&permits.consents).push(outside.consent());
    assert!(permits.lets(&outside, &profile));
    // Settings that want more than the user has said yes to.
    assert!(!permits.lets(&used("https://api.example.com/v1", Some("OTHER"), false), &profile));
    assert!(!permits.lets(&used("https://api.example.com/v1", None, true), &profile));
    assert!(!permits.lets(&used("https://api.example.com.evil.example/v1", None, false), &profile));
}

#[test]
fn the_users_editor_can_allow_an_address() {
    let allow =
        json!({ "initializationOptions": { "inlineCompletion": { "allow": ["https://api.example.com/", 7] } } });
    let (permits, profile) = (Permits::default(), Profile::of(&allow));
    assert!(permits.lets(&used("https://api.example.com/v1", Some("KEY"), true), &profile));
    assert!(!permits.lets(&used("https://api.example.com:8443/v1", None, false), &profile));
}

#[test]
fn who_can_only_fail_is_left_alone_until_settings_change() {
    let permits = Permits::default();
    let broken = used("http://127.0.0.1:1/v1", Some("KEY"), false);
    permits.rest(&broken);
    assert!(permits.rests(&broken));
    assert!(!permits.rests(&used("http://127.0.0.1:1/v1", Some("OTHER_KEY"), false)));
}
