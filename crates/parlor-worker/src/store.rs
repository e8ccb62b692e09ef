//! The stored rows of an object, in its SQLite.

use worker::{Result, SqlStorage, SqlStorageValue, State};

/// The platform takes at most 2 MB in a row; a longer value has several.
const PART: usize = 1_000_000;

/// Key and value, in one table. Writes without an await between them are one transaction.
#[derive(Debug)]
pub(crate) struct Store {
    sql: SqlStorage,
}

impl Store {
    pub(crate) fn new(state: &State) -> Result<Self> {
        let sql = state.storage().sql();
        sql.exec(
            "CREATE TABLE IF NOT EXISTS rows \
             (key TEXT NOT NULL, part INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (key, part)) WITHOUT ROWID",
            None,
        )?;
        Ok(Self { sql })
    }

    /// All rows. A row of an unexpected shape is left out.
    pub(crate) fn load(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let cursor = self.sql.exec("SELECT key, value FROM rows ORDER BY key, part", None)?;
        let mut rows: Vec<(String, Vec<u8>)> = Vec::new();
        for row in cursor.raw() {
            let mut row = row?.into_iter();
            let (Some(SqlStorageValue::String(key)), Some(SqlStorageValue::Blob(part))) =
                (row.next(), row.next())
            else {
                continue;
            };
            match rows.last_mut() {
                Some((last, value)) if *last == key => value.extend(part),
                _ => rows.push((key, part)),
            }
        }
        Ok(rows)
    }

    /// Keeps a row, or deletes it.
    pub(crate) fn put(&self, key: &str, value: Option<&[u8]>) -> Result<()> {
        let length = value.map_or(0, <[u8]>::len);
        if length <= PART
            && let Some(value) = value
        {
            let bindings = vec![key.into(), value.to_vec().into()];
            self.sql.exec("INSERT OR REPLACE INTO rows (key, part, value) VALUES (?, 0, ?)", bindings)?;
            self.sql.exec("DELETE FROM rows WHERE key = ? AND part > 0", vec![key.into()])?;
            return Ok(());
        }
        self.sql.exec("DELETE FROM rows WHERE key = ?", vec![key.into()])?;
        for (number, part) in value.unwrap_or_default().chunks(PART).enumerate() {
            let number = SqlStorageValue::Integer(i64::try_from(number).unwrap_or(i64::MAX));
            let bindings = vec![key.into(), number, part.to_vec().into()];
            self.sql.exec("INSERT INTO rows (key, part, value) VALUES (?, ?, ?)", bindings)?;
        }
        Ok(())
    }
}
