//! Reading what was sent: JSON, a form, or a form with files, each with its limit.
use axum::body::Body;
use axum::body::to_bytes;
use axum::extract::Form;
use axum::extract::FromRequest;
use axum::extract::Multipart;
use axum::extract::Request;
use axum::extract::multipart::Field;
use axum::extract::multipart::MultipartError;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use serde::de::DeserializeOwned;

use crate::ports::desk::Attachment;
use crate::ports::desk::Refusal;
use crate::ports::desk::RefusalKind;

use super::fault::refusal;

/// Bytes of a JSON body, of a form and of one text part.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;
const FILES_MAX: usize = 4;
const PARTS_MAX: usize = 32;
const NAME_CHARS_MAX: usize = 200;

/// What a form held, in order, and its files.
#[derive(Debug, Default)]
pub struct Posted {
    pub pairs: Vec<(String, String)>,
    pub files: Vec<Attachment>,
}

impl Posted {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The thread the form stood in, if its name could be one: it becomes part of an address.
    pub fn thread(&self) -> Option<&str> {
        self.get("_thread").filter(|id| is_plain_id(id))
    }

    /// Where a reader without script goes on.
    pub fn way_back(&self) -> String {
        match (self.thread(), self.get("_page")) {
            (Some(thread), _) => format!("/t/{thread}"),
            (None, Some("status")) => "/status".to_owned(),
            _ => "/".to_owned(),
        }
    }
}

pub fn is_plain_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

pub fn content_type(headers: &HeaderMap) -> &str {
    let whole = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    whole.split(';').next().unwrap_or_default().trim()
}

pub fn is_multipart(headers: &HeaderMap) -> bool {
    content_type(headers).eq_ignore_ascii_case("multipart/form-data")
}

fn bad(why: &str) -> Refusal {
    refusal(RefusalKind::BadInput, "What you sent could not be read", why, "Correct it and send it again")
}

fn too_large(limit: usize) -> Refusal {
    let limit = if limit >= 1 << 20 { format!("{} MiB", limit >> 20) } else { format!("{} KiB", limit >> 10) };
    let why = format!("at most {limit} are taken at once");
    refusal(RefusalKind::TooLarge, "What you sent is too large", &why, "Send it in smaller parts")
}

async fn small(body: Body) -> Result<axum::body::Bytes, Refusal> {
    to_bytes(body, TEXT_BYTES_MAX).await.map_err(|fault| {
        // axum names the case only in the text of the error.
        if fault.to_string().contains("limit") {
            too_large(TEXT_BYTES_MAX)
        } else {
            bad("the connection ended before the body did")
        }
    })
}

/// A JSON body. Only with its content type: a page of another site cannot send that unasked.
pub async fn json<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let is_json = content_type(request.headers()).eq_ignore_ascii_case("application/json");
    let bytes = small(request.into_body()).await?;
    if !is_json {
        return Err(bad("the content type is not application/json"));
    }
    // Serde would also read a struct from a list.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(bad("the JSON is not an object"));
    }
    serde_json::from_slice(&bytes).map_err(|fault| bad(&format!("the JSON does not fit: {fault}")))
}

/// A plain form of the page.
pub async fn form(request: Request) -> Result<Posted, Refusal> {
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts, Body::from(small(body).await?));
    let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, &())
        .await
        .map_err(|_| bad("it is not a form of this page"))?;
    Ok(Posted { pairs, files: Vec::new() })
}

/// A form with or without files.
pub async fn form_or_files(request: Request, upload_max: usize) -> Result<Posted, Refusal> {
    if is_multipart(request.headers()) { files(request, upload_max).await } else { form(request).await }
}

/// A multipart body: text parts and at most four files, together at most `upload_max` bytes.
pub async fn files(request: Request, upload_max: usize) -> Result<Posted, Refusal> {
    let broken = |fault: MultipartError| match fault.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(upload_max),
        _ => bad("the parts of the form are broken"),
    };
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| bad("the form has no boundary"))?;
    let mut posted = Posted::default();
    let mut left = upload_max;
    for _ in 0..PARTS_MAX {
        let Some(field) = parts.next_field().await.map_err(broken)? else { return Ok(posted) };
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(|name| name.chars().take(NAME_CHARS_MAX).collect::<String>());
        let limit = if file.is_some() { left } else { TEXT_BYTES_MAX };
        let bytes = drain(field, limit, &broken).await?;
        match file {
            // A browser sends an empty part when no file was chosen.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => {
                left -= bytes.len();
                posted.files.push(Attachment { name: file, bytes });
            }
            None => posted.pairs.push((name, String::from_utf8(bytes).map_err(|_| bad("the text is not UTF-8"))?)),
        }
        if posted.files.len() > FILES_MAX {
            return Err(bad("at most 4 files are taken at once"));
        }
    }
    Err(bad("the form has more than 32 parts"))
}

async fn drain(
    mut field: Field<'_>,
    limit: usize,
    broken: &impl Fn(MultipartError) -> Refusal,
) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_ours_become_part_of_an_address() {
        for id in ["thread_0a1B", "7K2", "a-b"] {
            assert!(is_plain_id(id), "{id}");
        }
        for id in ["", "/evil.example", "a/b", "..", "a b", "ü"] {
            assert!(!is_plain_id(id), "{id}");
        }
        let posted = |pairs: &[(&str, &str)]| Posted {
            pairs: pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            files: Vec::new(),
        };
        assert_eq!(posted(&[("_thread", "t_1")]).way_back(), "/t/t_1");
        assert_eq!(posted(&[("_thread", "/evil.example")]).way_back(), "/");
        assert_eq!(posted(&[("_page", "status")]).way_back(), "/status");
    }
}
