//! The line of JSON that a run prints.
use crate::options::Options;

pub struct Report {
    fields: Vec<String>,
    why: Option<String>,
}

impl Report {
    pub fn new(o: &Options) -> Report {
        let mut report = Report { fields: vec![format!("\"scenario\":{:?}", o.scenario.name())], why: None };
        report
            .int("clients", o.clients as u64)
            .int("room_size", o.room_size as u64)
            .int("senders", o.senders as u64)
            .int("window", o.window as u64)
            .num("rate", Some(o.rate))
            .int("payload", o.payload as u64);
        report
    }

    pub fn int(&mut self, key: &str, value: u64) -> &mut Report {
        self.fields.push(format!("{key:?}:{value}"));
        self
    }

    /// Null if there is none.
    pub fn num(&mut self, key: &str, value: Option<f64>) -> &mut Report {
        self.fields.push(format!("{key:?}:{}", number(value)));
        self
    }

    pub fn list(&mut self, key: &str, values: &[f64]) -> &mut Report {
        let values: Vec<String> = values.iter().map(|value| number(Some(*value))).collect();
        self.fields.push(format!("{key:?}:[{}]", values.join(",")));
        self
    }

    /// The run failed; of several reasons the first is told.
    pub fn fail(&mut self, why: String) -> &mut Report {
        self.why.get_or_insert(why);
        self
    }

    pub fn ok(&self) -> bool {
        self.why.is_none()
    }

    pub fn line(&self) -> String {
        let plain = |c: char| if c == '"' || c == '\\' || c.is_control() { ' ' } else { c };
        let why = match &self.why {
            Some(why) => format!("\"why\":\"{}\",", why.chars().map(plain).collect::<String>()),
            None => String::new(),
        };
        format!("{{\"ok\":{},{why}{}}}", self.ok(), self.fields.join(","))
    }
}

fn number(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or("null".into(), |value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_whatever_the_reason() {
        let mut report = Report { fields: vec!["\"scenario\":\"echo\"".into()], why: None };
        report.int("lost", 1).num("p50_us", None).num("per_s", Some(2.0)).list("first_ms", &[1.5, f64::NAN]);
        let fields = r#""scenario":"echo","lost":1,"p50_us":null,"per_s":2.000,"first_ms":[1.500,null]"#;
        assert_eq!(report.line(), format!(r#"{{"ok":true,{fields}}}"#));
        report.fail("a \"quoted\" one".into()).fail("another".into());
        assert_eq!(report.line(), format!(r#"{{"ok":false,"why":"a  quoted  one",{fields}}}"#));
    }
}
