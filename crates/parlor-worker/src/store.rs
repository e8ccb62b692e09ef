//! The stored rows of an object and its journal, in its SQLite.

use std::{cell::RefCell, ops::Range};

use litemap::LiteMap;
use parlor::{ENTRY_MAX, Entry, Journal, Order, StorageFault, TakeValue};
use worker::{Result, SqlStorage, SqlStorageValue, State};

use crate::log;

/// The platform takes at most 2 MB in a row; a longer value has several.
const PART: usize = 1_000_000;

/// Key and value in one table, the journal in two others: its entries, and the values of a room. Writes without an await between them are one transaction.
#[derive(Debug)]
pub(crate) struct Store {
    sql: SqlStorage,
    /// How the object is called in the log.
    object: String,
    /// Which rows have several parts.
    long: RefCell<LiteMap<String, ()>>,
}

impl Store {
    pub(crate) fn new(state: &State, object: &str) -> Result<Self> {
        let sql = state.storage().sql();
        sql.exec(
            "CREATE TABLE IF NOT EXISTS rows \
             (key TEXT NOT NULL, part INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (key, part)) WITHOUT ROWID",
            None,
        )?;
        sql.exec(
            "CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY, head BLOB NOT NULL, body BLOB NOT NULL)",
            None,
        )?;
        sql.exec(
            "CREATE TABLE IF NOT EXISTS room_values (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
            None,
        )?;
        Ok(Self { sql, object: object.to_owned(), long: RefCell::default() })
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
                Some((last, value)) if *last == key => {
                    value.extend(part);
                    self.long.borrow_mut().insert(key, ());
                }
                _ => rows.push((key, part)),
            }
        }
        Ok(rows)
    }

    /// Keeps a row, or deletes it.
    pub(crate) fn put(&self, key: &str, value: Option<&[u8]>) -> Result<()> {
        let was_long = self.long.borrow_mut().remove(key).is_some();
        if let Some(value) = value.filter(|value| value.len() <= PART && !was_long) {
            let bindings = vec![key.into(), value.to_vec().into()];
            self.sql.exec("INSERT OR REPLACE INTO rows (key, part, value) VALUES (?, 0, ?)", bindings)?;
            return Ok(());
        }
        self.sql.exec("DELETE FROM rows WHERE key = ?", vec![key.into()])?;
        for (number, part) in value.unwrap_or_default().chunks(PART).enumerate() {
            let number = SqlStorageValue::Integer(i64::try_from(number).unwrap_or(i64::MAX));
            let bindings = vec![key.into(), number, part.to_vec().into()];
            self.sql.exec("INSERT INTO rows (key, part, value) VALUES (?, ?, ?)", bindings)?;
        }
        if value.is_some_and(|value| value.len() > PART) {
            self.long.borrow_mut().insert(key.to_owned(), ());
        }
        Ok(())
    }
}

impl Store {
    /// Has a statement change the journal. What keeps it from that is for the log; the machine acts on that it failed.
    fn write(
        &self,
        statement: &str,
        bindings: Vec<SqlStorageValue>,
    ) -> std::result::Result<(), StorageFault> {
        self.sql.exec(statement, bindings).map(drop).map_err(|error| {
            log::error(&self.object, "journal not written", &error);
            StorageFault
        })
    }

    /// Columns of the entries of these numbers, as long as `take` wants more of them.
    fn rows(
        &self,
        columns: &str,
        numbers: Range<u64>,
        order: Order,
        most: usize,
        mut take: impl FnMut(Vec<SqlStorageValue>) -> bool,
    ) {
        let order = match order {
            Order::OldestFirst => "ASC",
            Order::NewestFirst => "DESC",
        };
        let query = format!(
            "SELECT {columns} FROM journal WHERE number >= ? AND number < ? ORDER BY number {order} LIMIT ?"
        );
        let bindings = vec![integer(numbers.start), integer(numbers.end), integer(most as u64)];
        match self.sql.exec(&query, bindings) {
            Ok(cursor) => _ = cursor.raw().map_while(Result::ok).all(&mut take),
            Err(error) => log::error(&self.object, "journal not read", &error),
        }
    }
}

impl Journal for Store {
    fn put(&mut self, number: u64, head: &[u8], body: &[u8]) -> std::result::Result<(), StorageFault> {
        if head.len() + body.len() > ENTRY_MAX {
            return Err(StorageFault);
        }
        let bindings = vec![integer(number), head.to_vec().into(), body.to_vec().into()];
        self.write("INSERT OR REPLACE INTO journal (number, head, body) VALUES (?, ?, ?)", bindings)
    }

    fn set_head(&mut self, number: u64, head: &[u8]) -> std::result::Result<(), StorageFault> {
        self.write(
            "UPDATE journal SET head = ? WHERE number = ?",
            vec![head.to_vec().into(), integer(number)],
        )
    }

    fn remove(&mut self, numbers: Range<u64>) -> std::result::Result<(), StorageFault> {
        let bindings = vec![integer(numbers.start), integer(numbers.end)];
        self.write("DELETE FROM journal WHERE number >= ? AND number < ?", bindings)
    }

    fn heads(&self, numbers: Range<u64>, order: Order, most: usize) -> Vec<(u64, Vec<u8>)> {
        let mut heads = Vec::new();
        self.rows("number, head", numbers, order, most, |row| {
            let mut row = row.into_iter();
            if let (Some(number), Some(SqlStorageValue::Blob(head))) = (whole(row.next()), row.next()) {
                heads.push((number, head));
            }
            true
        });
        heads
    }

    fn read(&self, numbers: Range<u64>, order: Order, most: usize, bytes: usize) -> Vec<Entry> {
        let (mut entries, mut sum) = (Vec::new(), 0);
        self.rows("number, head, body", numbers, order, most, |row| {
            let mut row = row.into_iter();
            if let (Some(number), Some(SqlStorageValue::Blob(head)), Some(SqlStorageValue::Blob(body))) =
                (whole(row.next()), row.next(), row.next())
            {
                sum += body.len();
                entries.push(Entry { number, head, body });
            }
            sum < bytes
        });
        entries
    }

    fn set_value(&mut self, key: &[u8], value: &[u8]) -> std::result::Result<(), StorageFault> {
        let bindings = vec![key.to_vec().into(), value.to_vec().into()];
        self.write("INSERT OR REPLACE INTO room_values (key, value) VALUES (?, ?)", bindings)
    }

    fn remove_values(&mut self, keys: Range<Vec<u8>>) -> std::result::Result<(), StorageFault> {
        let bindings = vec![keys.start.into(), keys.end.into()];
        self.write("DELETE FROM room_values WHERE key >= ? AND key < ?", bindings)
    }

    fn values(
        &self,
        keys: Range<Vec<u8>>,
        take: &mut TakeValue<'_>,
    ) -> std::result::Result<(), StorageFault> {
        let query = "SELECT key, value FROM room_values WHERE key >= ? AND key < ? ORDER BY key";
        let read = || -> Result<()> {
            for row in self.sql.exec(query, vec![keys.start.into(), keys.end.into()])?.raw() {
                let mut row = row?.into_iter();
                if let (Some(SqlStorageValue::Blob(key)), Some(SqlStorageValue::Blob(value))) =
                    (row.next(), row.next())
                    && !take(key, value)
                {
                    break;
                }
            }
            Ok(())
        };
        read().map_err(|error| {
            log::error(&self.object, "values not read", &error);
            StorageFault
        })
    }
}

/// A number as SQLite has it. JavaScript's whole numbers end before 2^53, and so do those here.
fn integer(number: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(number).unwrap_or(i64::MAX).min((1 << 53) - 1))
}

fn whole(value: Option<SqlStorageValue>) -> Option<u64> {
    match value? {
        SqlStorageValue::Integer(number) => u64::try_from(number).ok(),
        SqlStorageValue::Float(number) if number >= 0.0 => Some(number as u64),
        _ => None,
    }
}
