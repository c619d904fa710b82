//! HubSpot's ways to say no.
use serde_json::Value;
use serde_json::json;

use crate::sandbox::core::Core;
use crate::sandbox::http::Reply;

/// One entry of `errors[]`: what, its code, the property it is about.
pub struct Detail {
    pub message: String,
    pub code: &'static str,
    pub property: String,
}

impl Detail {
    fn show(&self) -> Value {
        json!({"message": self.message, "code": self.code, "context": {"propertyName": [self.property]}})
    }
}

pub fn body(core: &mut Core, category: &str, message: &str, errors: &[Detail]) -> Value {
    let mut out = json!({
        "status": "error",
        "message": message,
        "correlationId": core.next_correlation(),
        "category": category,
    });
    if !errors.is_empty() {
        out["errors"] = errors.iter().map(Detail::show).collect();
    }
    out
}

pub fn bad(core: &mut Core, message: &str, errors: &[Detail]) -> Reply {
    let b = body(core, "VALIDATION_ERROR", message, errors);
    Reply::json(400, &b)
}

pub fn invalid(core: &mut Core, errors: &[Detail]) -> Reply {
    let message = summary(errors);
    bad(core, &message, errors)
}

/// The message HubSpot makes out of several faults.
pub fn summary(errors: &[Detail]) -> String {
    let list: Vec<Value> = errors
        .iter()
        .map(|e| json!({"isValid": false, "message": e.message, "error": e.code, "name": e.property}))
        .collect();
    format!("Property values were not valid: {}", Value::Array(list))
}

pub fn conflict(core: &mut Core, message: &str) -> Reply {
    let b = body(core, "CONFLICT", message, &[]);
    Reply::json(409, &b)
}

pub fn not_found(core: &mut Core) -> Reply {
    let mut b = body(core, "OBJECT_NOT_FOUND", "resource not found", &[]);
    b["subCategory"] = json!("crm.OBJECT_NOT_FOUND");
    Reply::json(404, &b)
}

pub fn no_route(core: &mut Core) -> Reply {
    let b = json!({
        "status": "error",
        "message": "Unable to find a resource at the requested path",
        "correlationId": core.next_correlation(),
        "category": "OBJECT_NOT_FOUND",
    });
    Reply::json(404, &b)
}

pub fn no_json(core: &mut Core) -> Reply {
    bad(core, "Invalid input JSON on line 1, column 1: Cannot deserialize value", &[])
}
