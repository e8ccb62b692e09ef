use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::surrogates::well_formed;
use super::{attachments_needed, binary};

/// One argument as it came: JSON that nobody has looked into, with the binary data in it. It can be sent on.
///
/// ```
/// # use socket_io::{Binary, Payload, Raw};
/// let sent = Payload::from_args(&("tea", ("hot", Binary(vec![1, 2].into()))))?;
/// let (room, what) = sent.to::<(String, Raw)>()?;
/// let sent_on = Payload::from_args(&what)?;
/// assert_eq!((room.as_str(), sent_on.json()), ("tea", r#"["hot",{"_placeholder":true,"num":0}]"#));
/// assert_eq!(sent_on.attachments(), sent.attachments());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Raw {
    json: Box<RawValue>,
    /// What the placeholders point into; empty when there are none.
    attachments: Vec<Bytes>,
}

impl Raw {
    /// The JSON, with placeholders where binary data stands.
    pub fn json(&self) -> &str {
        self.json.get()
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let mut attachments = binary::provided();
        if !attachments.is_empty() && attachments_needed(json.get()).map_err(D::Error::custom)? == 0 {
            attachments.clear();
        }
        Ok(Self { json, attachments })
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.attachments.is_empty() {
            return self.json.serialize(serializer);
        }
        // In the packet that it goes into, its attachments have other numbers.
        let mut value =
            serde_json::from_str(&well_formed(self.json.get())).map_err(serde::ser::Error::custom)?;
        self.renumber(&mut value);
        value.serialize(serializer)
    }
}

impl Raw {
    fn renumber(&self, value: &mut Value) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.renumber(element)),
            Value::Object(members) if members.get("_placeholder") == Some(&Value::Bool(true)) => {
                let number =
                    members.get("num").and_then(Value::as_u64).and_then(|num| usize::try_from(num).ok());
                let bytes = number.and_then(|number| self.attachments.get(number));
                if let Some(number) = bytes.and_then(|bytes| binary::attach(bytes.clone())) {
                    members.insert("num".to_owned(), number.into());
                }
            }
            Value::Object(members) => members.values_mut().for_each(|member| self.renumber(member)),
            _ => {}
        }
    }
}
