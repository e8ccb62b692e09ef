//! Arguments built of values, binary ones among them.

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::Value;
use socket_io::{Binary, Payload};

use crate::Failure;

/// `args` is JSON without brackets; where it has a placeholder, the attachment becomes a [`Binary`].
pub(crate) fn payload(args: &str, attachments: &[Bytes]) -> Result<Payload, Failure> {
    let mut payload = Payload::default();
    for value in serde_json::from_str::<Vec<Value>>(&format!("[{args}]"))? {
        payload.push(&Tree { value: &value, attachments })?;
    }
    Ok(payload)
}

struct Tree<'a> {
    value: &'a Value,
    attachments: &'a [Bytes],
}

impl Tree<'_> {
    fn binary(&self) -> Option<Binary> {
        let members = self.value.as_object()?;
        let number = members.get("num")?.as_u64()?;
        let is_placeholder = members.get("_placeholder") == Some(&Value::Bool(true));
        let bytes = self.attachments.get(usize::try_from(number).ok()?)?;
        is_placeholder.then(|| Binary(bytes.clone()))
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inner = |value| Self { value, attachments: self.attachments };
        if let Some(binary) = self.binary() {
            return binary.serialize(serializer);
        }
        match self.value {
            Value::Array(elements) => serializer.collect_seq(elements.iter().map(inner)),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, inner(value))))
            }
            plain => plain.serialize(serializer),
        }
    }
}
