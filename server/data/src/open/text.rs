//! A text file as a stream of UTF-8: decompressed, decoded, without byte order mark.

use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;
use mlwright_base::system::files;

use crate::error::DataError;

/// Bytes (decompressed) that the encoding is judged by.
const ENCODING_SAMPLE_BYTES: usize = 1 << 20;
/// Bytes read at once.
const BUFFER_BYTES: usize = 1 << 18;

/// How the bytes of a text file become text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextForm {
    pub(crate) path: PathBuf,
    pub(crate) gzip: bool,
    pub(crate) encoding: &'static Encoding,
    /// Length of the byte order mark.
    pub(crate) mark_bytes: usize,
    /// Why this encoding; empty for plain UTF-8.
    pub(crate) reason: String,
}

impl TextForm {
    /// Looks at the start of the file.
    ///
    /// # Errors
    /// When the file cannot be read, is no gzip though it starts so, or the label names no encoding.
    pub(crate) fn detect(path: &Path, label: Option<&str>) -> Result<Self, DataError> {
        let start = files::read_start(path, 2).map_err(|error| DataError::io(path, error))?;
        let gzip = start == [0x1f, 0x8b];
        let mut form = Self { path: path.to_path_buf(), gzip, encoding: UTF_8, mark_bytes: 0, reason: String::new() };
        let mut sample = Vec::new();
        form.bytes()?
            .take(ENCODING_SAMPLE_BYTES as u64)
            .read_to_end(&mut sample)
            .map_err(|error| DataError::unreadable(path, error.to_string()))?;
        let wanted = label.map(encoding_named).transpose()?;
        if let Some((marked, length)) = Encoding::for_bom(&sample)
            && wanted.is_none_or(|wanted| wanted == marked)
        {
            form.mark_bytes = length;
            form.encoding = marked;
            if marked != UTF_8 {
                form.reason = format!("the file starts with the byte order mark of {}", marked.name());
            }
            return Ok(form);
        }
        if let Some(wanted) = wanted {
            form.encoding = wanted;
            form.reason = format!("{} was asked for", wanted.name());
            return Ok(form);
        }
        let whole = sample.len() < ENCODING_SAMPLE_BYTES;
        (form.encoding, form.reason) = guess(&sample, whole);
        Ok(form)
    }

    /// The file's bytes, decompressed.
    pub(crate) fn bytes(&self) -> Result<Box<dyn Read + Send>, DataError> {
        let file = files::open(&self.path).map_err(|error| DataError::io(&self.path, error))?;
        let file = BufReader::with_capacity(BUFFER_BYTES, file);
        Ok(if self.gzip { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
    }

    /// The text as UTF-8. Where the encoding is UTF-8 the bytes pass unchecked.
    pub(crate) fn reader(&self) -> Result<Box<dyn Read + Send>, DataError> {
        let mut bytes = self.bytes()?;
        let mut mark = [0_u8; 4];
        bytes
            .read_exact(&mut mark[..self.mark_bytes])
            .map_err(|error| DataError::unreadable(&self.path, error.to_string()))?;
        Ok(if self.encoding == UTF_8 { bytes } else { Box::new(Transcoder::new(bytes, self.encoding)) })
    }

    /// Whether any part of the file can be read without reading what is before it.
    pub(crate) fn is_seekable(&self) -> bool {
        !self.gzip && self.encoding == UTF_8
    }
}

fn encoding_named(label: &str) -> Result<&'static Encoding, DataError> {
    Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| DataError::InvalidOption {
        option: "encoding",
        message: format!("expected the label of an encoding such as utf-8, latin1 or utf-16le, found {label:?}"),
    })
}

fn guess(sample: &[u8], whole: bool) -> (&'static Encoding, String) {
    if let Some(wide) = utf16_without_mark(sample) {
        return (wide, format!("every other byte is zero, as in {} text", wide.name()));
    }
    match std::str::from_utf8(sample) {
        Ok(_) => (UTF_8, String::new()),
        // A character cut at the end of the sample is no fault.
        Err(error) if !whole && error.error_len().is_none() => (UTF_8, String::new()),
        Err(error) => {
            let guessed = guess_legacy([sample]);
            let reason = format!(
                "byte {} is not valid UTF-8; its characters look like {}",
                error.valid_up_to() + 1,
                guessed.name()
            );
            (guessed, reason)
        }
    }
}

/// The likeliest encoding of text that is not UTF-8.
pub(crate) fn guess_legacy<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    for part in parts {
        detector.feed(part, false);
    }
    detector.feed(b"", true);
    detector.guess(None, chardetng::Utf8Detection::Deny)
}

/// UTF-16 text in a Latin script has a zero in every other byte.
fn utf16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    if pairs < 2 {
        return None;
    }
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).take(pairs).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 >= pairs * 7 && even * 10 < pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 7 && odd * 10 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Decodes a stream to UTF-8; what cannot be decoded becomes U+FFFD.
struct Transcoder {
    bytes: Box<dyn Read + Send>,
    decoder: Decoder,
    input: Vec<u8>,
    input_start: usize,
    input_end: usize,
    output: Vec<u8>,
    output_start: usize,
    output_end: usize,
    ended: bool,
}

impl Transcoder {
    fn new(bytes: Box<dyn Read + Send>, encoding: &'static Encoding) -> Self {
        Self {
            bytes,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: vec![0; 1 << 16],
            input_start: 0,
            input_end: 0,
            output: vec![0; 1 << 18],
            output_start: 0,
            output_end: 0,
            ended: false,
        }
    }

    fn decode_more(&mut self) -> std::io::Result<()> {
        let mut last = false;
        if self.input_start == self.input_end {
            self.input_start = 0;
            self.input_end = self.bytes.read(&mut self.input)?;
            last = self.input_end == 0;
        }
        let input = &self.input[self.input_start..self.input_end];
        let (result, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.output, last);
        self.input_start += read;
        self.output_start = 0;
        self.output_end = written;
        self.ended = last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl Read for Transcoder {
    fn read(&mut self, target: &mut [u8]) -> std::io::Result<usize> {
        while self.output_start == self.output_end && !self.ended {
            self.decode_more()?;
        }
        let n = target.len().min(self.output_end - self.output_start);
        target[..n].copy_from_slice(&self.output[self.output_start..self.output_start + n]);
        self.output_start += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn check(bytes: &[u8], label: Option<&str>) -> (String, String) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("t.csv");
        files::write_atomic(&path, bytes).expect("write");
        let form = TextForm::detect(&path, label).expect("detect");
        let mut text = String::new();
        form.reader().expect("open").read_to_string(&mut text).expect("UTF-8");
        (form.encoding.name().to_owned(), text)
    }

    #[test]
    fn encodings_are_recognised() {
        let text = "größe;straße\n1;2\n";
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(check(text.as_bytes(), None), ("UTF-8".to_owned(), text.to_owned()));
        assert_eq!(check(&[b"\xEF\xBB\xBF", text.as_bytes()].concat(), None), ("UTF-8".to_owned(), text.to_owned()));
        assert_eq!(check(&latin, None), ("windows-1252".to_owned(), text.to_owned()));
        assert_eq!(check(&latin, Some("latin1")), ("windows-1252".to_owned(), text.to_owned()));
        assert_eq!(check(&[&[0xFF, 0xFE], &little[..]].concat(), None), ("UTF-16LE".to_owned(), text.to_owned()));
        assert_eq!(check(&[&[0xFE, 0xFF], &big[..]].concat(), None), ("UTF-16BE".to_owned(), text.to_owned()));
        assert_eq!(check(&little, None), ("UTF-16LE".to_owned(), text.to_owned()));
    }

    #[test]
    fn long_text_is_decoded_across_buffers() {
        let text = "ä€😀,".repeat(60_000);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(check(&[&[0xFF, 0xFE], &wide[..]].concat(), None).1, text);
    }

    #[test]
    fn gzip_of_several_members_is_read_to_its_end() {
        let mut bytes = Vec::new();
        for part in ["a,b\n", "1,2\n"] {
            let mut encoder = flate2::write::GzEncoder::new(&mut bytes, flate2::Compression::fast());
            encoder.write_all(part.as_bytes()).expect("compress");
            encoder.finish().expect("compress");
        }
        assert_eq!(check(&bytes, None).1, "a,b\n1,2\n");
    }

    #[test]
    fn an_unknown_encoding_is_refused() {
        assert!(matches!(encoding_named("klingon"), Err(DataError::InvalidOption { option: "encoding", .. })));
    }
}
