//! The outcome of a call as the protocol says it, within what a model can read.

pub(crate) mod untrusted;

use base64::Engine as _;
use mlwright_base::{ErrorCode, Problem, limits};
use mlwright_operations::bounds::{self, Weighed};
use mlwright_operations::{Answer, Registered};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::Value;

/// The most tokens of one answer: text and structured content together.
pub(crate) const TOKENS_MAX: usize = 20_000;
/// The most tokens of a brief answer.
const BRIEF_TOKENS_MAX: usize = 2_000;
/// Structured content is never cut below this many bytes.
const BYTES_MIN: usize = 1_800;
/// The argument by which a caller asks for more.
pub(crate) const DETAIL: &str = "detail";

/// How much of an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// The summary, the most important of the rest, and no pictures but those that were asked for.
    Brief,
    /// All that a model can read.
    Full,
}

impl Detail {
    /// Takes the argument out of an input. An operation that is not long is answered in full.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for any other value.
    pub(crate) fn taken_from(operation: &Registered, input: &mut Value) -> Result<Self, Problem> {
        let given = input.as_object_mut().and_then(|fields| fields.remove(DETAIL));
        match given.as_ref().map(|value| value.as_str()) {
            Some(Some("full")) => Ok(Self::Full),
            None | Some(Some("brief")) => Ok(if operation.is_long { Self::Brief } else { Self::Full }),
            Some(_) => Err(Problem::new(ErrorCode::InvalidArgument, "detail is brief or full").field(DETAIL)),
        }
    }

    fn tokens_max(self) -> usize {
        match self {
            Self::Brief => BRIEF_TOKENS_MAX,
            Self::Full => TOKENS_MAX,
        }
    }
}

/// The field of the structured content that repeats the text: several clients show their model the
/// structured content alone.
const SUMMARY: &str = "_summary";
/// What is said when there is more.
const SHORTENED: &str = "\n\nShortened: \"detail\": \"full\" gives everything, with charts.";

/// A problem in one line: `code (field): message. hint`.
pub(crate) fn spoken(problem: &Problem) -> String {
    let field = if problem.field.is_empty() { String::new() } else { format!(" ({})", problem.field) };
    let hint = if problem.hint.is_empty() { String::new() } else { format!(". {}", problem.hint) };
    format!("{}{field}: {}{hint}", problem.code, problem.message)
}

/// The outcome of a call. A failure is a result that says so, not a protocol error: the model reads
/// it and can do better.
pub(crate) fn result(operation: &Registered, outcome: Result<Answer, Problem>, detail: Detail) -> CallToolResult {
    match outcome {
        Ok(answer) => {
            let Answer { structured, mut summary, images } = answer;
            let images = if detail == Detail::Full { images } else { Vec::new() };
            // The summary is there twice, once for each kind of client.
            let room = detail.tokens_max().saturating_sub(2 * tokens(&summary));
            let mut structured = within(operation, structured, room, detail);
            if detail == Detail::Brief && structured.get(bounds::NOTE).is_some() {
                summary.push_str(SHORTENED);
            }
            let text = if operation.quotes_tables { untrusted::marked(&summary, &structured) } else { summary };
            if let Value::Object(fields) = &mut structured {
                fields.insert(SUMMARY.to_owned(), Value::from(text.as_str()));
            }
            let mut content = vec![ContentBlock::text(text)];
            content.extend(images.iter().map(|image| {
                ContentBlock::image(base64::engine::general_purpose::STANDARD.encode(&image.bytes), image.media_type)
            }));
            let mut result = CallToolResult::success(content);
            result.structured_content = Some(structured);
            if operation.quotes_tables {
                result.meta.get_or_insert_default().insert(untrusted::META_KEY.to_owned(), Value::Bool(true));
            }
            result
        }
        Err(problem) => {
            let mut result = CallToolResult::error(vec![ContentBlock::text(spoken(&problem))]);
            result.structured_content = serde_json::to_value(&problem).ok();
            result
        }
    }
}

/// The structured content within so many tokens. A brief answer whose smallest form is larger is
/// still an answer: it gets the room that it needs.
fn within(operation: &Registered, structured: Value, mut tokens_max: usize, detail: Detail) -> Value {
    let whole = Counted::new(structured);
    if whole.fits(tokens_max) {
        return whole.into_value();
    }
    let more = (detail == Detail::Brief).then_some("call it again with \"detail\": \"full\"");
    let rest = bounds::rest_of(operation, more);
    loop {
        let fitted = whole.fit(tokens_max, &rest);
        if detail == Detail::Full || tokens_max >= TOKENS_MAX || !bounds::says_nothing(&fitted) {
            return fitted;
        }
        tokens_max = (tokens_max * 3 / 2).max(BRIEF_TOKENS_MAX);
    }
}

/// Cuts structured content to a number of tokens; what is cut says how to get the `rest`.
pub(crate) fn fit(structured: Value, tokens_max: usize, rest: &str) -> Value {
    let whole = Counted::new(structured);
    if whole.fits(tokens_max) { whole.into_value() } else { whole.fit(tokens_max, rest) }
}

/// Structured content with its size, which most often says that nothing is to be cut.
struct Counted {
    whole: Weighed,
    tokens: usize,
}

impl Counted {
    fn new(structured: Value) -> Self {
        Self { tokens: tokens(&structured.to_string()), whole: Weighed::new(structured) }
    }

    fn fits(&self, tokens_max: usize) -> bool {
        self.whole.size_bytes() <= limits::ANSWER_BYTES_MAX && self.tokens <= tokens_max
    }

    fn into_value(self) -> Value {
        self.whole.into_value()
    }

    /// The content, cut until it fits. Numbers take more tokens for their bytes than words do, so bytes
    /// alone do not bound it.
    fn fit(&self, tokens_max: usize, rest: &str) -> Value {
        let mut bytes_max = limits::ANSWER_BYTES_MAX;
        // What is within the bytes is counted already.
        if self.whole.size_bytes() <= bytes_max && self.tokens > tokens_max {
            bytes_max = fewer(self.whole.size_bytes(), tokens_max, self.tokens);
        }
        loop {
            let fitted = self.whole.fit(bytes_max, rest);
            let text = fitted.to_string();
            let found = tokens(&text);
            if found <= tokens_max || bytes_max <= BYTES_MIN {
                return fitted;
            }
            bytes_max = fewer(text.len().min(bytes_max), tokens_max, found);
        }
    }
}

/// The bytes to try next: ten percent less than proportional, so that few tries are needed.
fn fewer(bytes: usize, tokens_max: usize, tokens_found: usize) -> usize {
    (bytes * tokens_max / tokens_found * 9 / 10).max(BYTES_MIN)
}

/// About how many tokens a text takes: digits go three to a token, letters three (words of common
/// languages do better), marks two, and a change between them begins a new one. A test holds it
/// against a public tokenizer; it errs on the high side.
fn tokens(text: &str) -> usize {
    let mut total = 0;
    let mut run = (Class::Space, 0_usize);
    for byte in text.bytes() {
        let class = Class::OF_BYTE[usize::from(byte)];
        if class == Class::Continued {
            continue;
        }
        if class != run.0 {
            total += run.0.tokens(run.1);
            run = (class, 0);
        }
        run.1 += 1;
    }
    total + run.0.tokens(run.1)
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Letter,
    Digit,
    Mark,
    /// Joins the word that follows it.
    Space,
    Other,
    /// A further byte of a character that more than one byte makes.
    Continued,
}

impl Class {
    /// By a character's first byte, as answers are looked through whole.
    const OF_BYTE: [Self; 256] = {
        let mut classes = [Self::Mark; 256];
        let mut byte = 0_u8;
        loop {
            classes[byte as usize] = match byte {
                b'a'..=b'z' | b'A'..=b'Z' => Self::Letter,
                b'0'..=b'9' => Self::Digit,
                _ if byte.is_ascii_whitespace() => Self::Space,
                0..=0x7f => Self::Mark,
                0x80..=0xbf => Self::Continued,
                0xc0..=0xff => Self::Other,
            };
            if byte == u8::MAX {
                break classes;
            }
            byte += 1;
        }
    };

    fn tokens(self, n_chars: usize) -> usize {
        match self {
            Self::Letter | Self::Digit => n_chars.div_ceil(3),
            Self::Mark => n_chars.div_ceil(2),
            Self::Space => n_chars / 8,
            Self::Other => n_chars * 2,
            Self::Continued => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use mlwright_base::ErrorCode;
    use serde_json::json;

    use super::*;

    fn operation() -> &'static Registered {
        &mlwright_operations::all()[0]
    }

    #[test]
    fn problems_are_said_in_one_line_and_in_full() {
        let problem = Problem::new(ErrorCode::NotFound, "there is no column \"Chrun\"").hint("did you mean Churn?").field("target");
        let result = serde_json::to_value(result(operation(), Err(problem), Detail::Full)).unwrap();
        assert_eq!(result["isError"], true);
        assert_eq!(result["content"][0]["text"], "not_found (target): there is no column \"Chrun\". did you mean Churn?");
        assert_eq!(result["structuredContent"]["field"], "target");
        assert_eq!(result["structuredContent"]["hint"], "did you mean Churn?");
    }

    #[test]
    fn answers_carry_text_pictures_and_bounded_structure() {
        let image = mlwright_operations::Image { media_type: "image/png", bytes: vec![1, 2, 3] };
        let answer =
            Answer { structured: json!({ "rows": vec!["x".repeat(100); 5_000] }), summary: "5,000 rows".to_owned(), images: vec![image] };
        let result = serde_json::to_value(result(operation(), Ok(answer), Detail::Full)).unwrap();
        assert_eq!(result["content"][0]["text"], "5,000 rows");
        assert_eq!(result["content"][1]["data"], "AQID");
        assert_eq!(result["content"][1]["mimeType"], "image/png");
        assert!(result["structuredContent"].to_string().len() <= limits::ANSWER_BYTES_MAX);
        assert!(result["structuredContent"].get(bounds::NOTE).is_some());
    }

    #[test]
    fn long_operations_are_brief_unless_asked() {
        let long = mlwright_operations::find("profile_table").unwrap();
        let detail = |operation, mut input: Value| Detail::taken_from(operation, &mut input).map(|detail| (detail, input));
        assert_eq!(detail(long, json!({ "table": "t.csv" })).unwrap(), (Detail::Brief, json!({ "table": "t.csv" })));
        assert_eq!(detail(long, json!({ "detail": "full", "table": "t.csv" })).unwrap(), (Detail::Full, json!({ "table": "t.csv" })));
        assert_eq!(detail(operation(), json!({})).unwrap().0, Detail::Full);
        assert_eq!(detail(long, json!({ "detail": "more" })).unwrap_err().field, "detail");

        let rows: Vec<Value> = (0..500).map(|i| json!({ "name": format!("column_{i}"), "mean": 0.123_456_789 })).collect();
        let image = mlwright_operations::Image { media_type: "image/png", bytes: vec![1] };
        let answer = Answer { structured: json!({ "columns": rows }), summary: "short".to_owned(), images: vec![image] };
        let brief = serde_json::to_value(result(long, Ok(answer), Detail::Brief)).unwrap();
        assert_eq!(brief["content"].as_array().unwrap().len(), 1, "no pictures");
        assert!(brief["content"][0]["text"].as_str().unwrap().ends_with("with charts."), "{brief}");
        assert!(tokens(&brief["structuredContent"].to_string()) <= BRIEF_TOKENS_MAX);
        assert!(brief["structuredContent"][bounds::NOTE]["how_to_get_the_rest"].as_str().unwrap().starts_with("call it again with"), "{brief}");
    }

    fn samples() -> Vec<Value> {
        let number = |i: u64| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1_u64 << 53) as f64;
        let names = ["customerID", "MonthlyCharges", "PaymentMethod", "Straße", "顧客番号"];
        vec![
            json!((0..3_000).map(|i| (0..5).map(|j| number(i * 5 + j)).collect::<Vec<_>>()).collect::<Vec<_>>()),
            json!((0..60_000).map(|i| i % 10).collect::<Vec<u32>>()),
            json!((0..3_000).map(|i| format!("{:016x}", i * 0x1234_5678_9abc_u64)).collect::<Vec<_>>()),
            json!((0..3_000).map(|i| json!({ "name": names[i % 5], "n_missing": i, "kept": i % 2 == 0, "share": null })).collect::<Vec<_>>()),
            json!(vec!["the model is not worse than the present champion on the same held-out rows"; 1_000]),
        ]
    }

    #[test]
    fn the_count_of_tokens_is_near_a_public_tokenizers_and_rather_too_high() {
        let tokenizer = tiktoken_rs::o200k_base().unwrap();
        for sample in samples() {
            let text = sample.to_string();
            let (guess, real) = (tokens(&text) as f64, tokenizer.encode_ordinary(&text).len() as f64);
            assert!(guess >= real * 0.95 && guess <= real * 2.5, "{guess} for {real}: {}…", &text.chars().take(80).collect::<String>());
        }
    }

    #[test]
    fn no_answer_takes_more_than_twenty_thousand_tokens() {
        let tokenizer = tiktoken_rs::o200k_base().unwrap();
        for sample in samples() {
            let fitted = fit(json!({ "rows": sample }), TOKENS_MAX, "");
            let real = tokenizer.encode_ordinary(&fitted.to_string()).len();
            assert!(real <= TOKENS_MAX, "{real} tokens");
            assert!(real > 5_000, "cut too far: {real} tokens");
        }
    }
}
