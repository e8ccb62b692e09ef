use std::rc::Rc;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{attachments_needed, binary};
use crate::json::{self, Reader};

/// One argument as it came: JSON that nobody has looked into, with the binary data in it. It can be sent on.
///
/// ```
/// # use socket_io::{Binary, Payload, Raw};
/// let sent = Payload::from_args(&("tea", ("hot", Binary(vec![1, 2].into()))))?;
/// let (room, what) = sent.to::<(String, Raw)>()?;
/// let sent_on = Payload::from_args(&what)?;
/// assert_eq!((room.as_str(), sent_on.json()), ("tea", r#"["hot",{"_placeholder":true,"num":0}]"#));
/// assert_eq!(sent_on.attachments(), sent.attachments());
/// # Ok::<(), socket_io::json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Raw {
    json: Box<RawValue>,
    /// What the placeholders point into; empty when there are none.
    attachments: Rc<Vec<Bytes>>,
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
            attachments = Rc::default();
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
        let mut json = String::new();
        self.renumber(&mut Reader::new(self.json.get()), &mut json).map_err(serde::ser::Error::custom)?;
        json::from_str::<&RawValue>(&json).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl Raw {
    /// Writes the next value, with the numbers that its attachments have now.
    fn renumber(&self, json: &mut Reader<'_>, out: &mut String) -> Result<(), json::Error> {
        match json.peek() {
            b'[' => {
                json.open(b'[', &"an array")?;
                out.push('[');
                while json.more(b']')? {
                    comma(out, '[');
                    self.renumber(json, out)?;
                }
                json.close(b']');
                out.push(']');
            }
            b'{' => {
                let (mut is_placeholder, mut number) = (false, None);
                json.open(b'{', &"an object")?;
                out.push('{');
                while json.more(b'}')? {
                    comma(out, '{');
                    let place = json.place();
                    let key = json.key()?;
                    let key = json.or_scratch(key);
                    let (says_placeholder, says_number) = (key == "_placeholder", key == "num");
                    out.push_str(json.since(place));
                    let from = out.len();
                    self.renumber(json, out)?;
                    if says_placeholder {
                        is_placeholder = out.get(from..) == Some("true");
                    } else if says_number {
                        number = Some(from..out.len());
                    }
                }
                json.close(b'}');
                if let Some(place) = number.filter(|_| is_placeholder)
                    && let Some(index) =
                        out.get(place.clone()).and_then(|number| number.parse::<usize>().ok())
                    && let Some(bytes) = self.attachments.get(index)
                    && let Some(index) = binary::attach(bytes.clone())
                {
                    out.replace_range(place, &index.to_string());
                }
                out.push('}');
            }
            _ => out.push_str(json.raw()?),
        }
        Ok(())
    }
}

fn comma(out: &mut String, bracket: char) {
    if !out.ends_with(bracket) {
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Payload;

    #[test]
    fn many_values_share_the_attachments() {
        let one = r#"{"_placeholder":true,"num":0}"#;
        let payload = Payload::from_raw(&format!("[{one},1,{one}]"), vec![Bytes::from_static(b"1")]).unwrap();
        let values: Vec<Raw> = payload.to().unwrap();
        let [first, plain, last] = values.as_slice() else { panic!("{values:?}") };
        assert!(
            Rc::ptr_eq(&first.attachments, &last.attachments),
            "who sends many has no copy made for each"
        );
        assert_eq!(plain.attachments.capacity(), 0);
    }
}
