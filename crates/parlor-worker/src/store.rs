//! The stored rows of an object and its journal, in its SQLite.

use std::{cell::RefCell, ops::Range};

use litemap::LiteMap;
use parlor::{ENTRY_MAX, Entry, Journal, Order, StorageFault, TakeValue};
use worker::{Result, SqlStorage, SqlStorageValue, State};

use crate::log;

/// The platform takes at most 2 MB in a row; a longer value has several.
const PART: usize = 1_000_000;

/// How many rows are read at once, and how long a value may be that comes along with others, as `PAGE` has it: so the 2 MB are
/// not reached.
const IN_PAGE: usize = 256;
const SHORT: usize = 4096;

/// The rows that follow one: of each the lengths of key and value, its part, the key, and the value if it is short.
const PAGE: &str = "SELECT CAST(group_concat(\
    printf('%d %d %d ', length(CAST(key AS BLOB)), length(value), part) || key || \
    CASE WHEN length(value) <= 4096 THEN value ELSE '' END, '' ORDER BY key, part) AS BLOB) \
    FROM (SELECT key, part, value FROM rows WHERE (key, part) > (?, ?) ORDER BY key, part LIMIT 256)";
const LONG: &str = "SELECT value FROM rows WHERE key = ? AND part = ?";

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

    /// All rows, in the order of their keys. SQLite puts many into one value: each that comes by itself costs several calls
    /// into the runtime, and some of JavaScript's objects.
    pub(crate) fn load(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut rows: Vec<(String, Vec<u8>)> = Vec::new();
        let mut part = 0;
        loop {
            let last = rows.last().map_or("", |(key, _)| key);
            let page = self.one(PAGE, vec![last.into(), part.into()])?.unwrap_or_default();
            let (mut rest, mut count) = (page.as_slice(), 0);
            while let Some(row) = row(&mut rest) {
                (count, part) = (count + 1, row.part);
                let key = String::from_utf8_lossy(row.key).into_owned();
                let value = match row.value {
                    Some(value) => value.to_vec(),
                    None => self.one(LONG, vec![key.as_str().into(), part.into()])?.unwrap_or_default(),
                };
                match rows.last_mut() {
                    Some((last, whole)) if *last == key => {
                        whole.extend(value);
                        self.long.borrow_mut().insert(key, ());
                    }
                    _ => rows.push((key, value)),
                }
            }
            if count < IN_PAGE {
                return Ok(rows);
            }
        }
    }

    /// The one value that a query gives.
    fn one(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Option<Vec<u8>>> {
        let row = self.sql.exec(query, bindings)?.raw().next().transpose()?;
        Ok(match row.and_then(|mut row| row.pop()) {
            Some(SqlStorageValue::Blob(value)) => Some(value),
            _ => None,
        })
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

/// A row of a page. A long value is not in it.
struct Row<'a> {
    key: &'a [u8],
    part: i64,
    value: Option<&'a [u8]>,
}

fn row<'a>(rest: &mut &'a [u8]) -> Option<Row<'a>> {
    let (key, value, part) = (number(rest)?, number(rest)?, number(rest)?);
    let mut take = |length| {
        let (bytes, behind) = rest.split_at_checked(length)?;
        *rest = behind;
        Some(bytes)
    };
    let key = take(key)?;
    let value = if value <= SHORT { Some(take(value)?) } else { None };
    Some(Row { key, part: part as i64, value })
}

/// A number, and the space behind it.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0_usize;
    loop {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        match byte {
            b' ' => return Some(number),
            _ => number = number.checked_mul(10)?.checked_add(usize::from(byte.checked_sub(b'0')?))?,
        }
    }
}
