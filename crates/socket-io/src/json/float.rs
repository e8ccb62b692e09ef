//! Text → double, rounded to the nearest. The standard library does that by a table of 10 kB, which no compression makes
//! smaller.

use std::cmp::Ordering;

/// So many digits decide how a number is rounded. Of those behind them counts only whether one is not 0.
const DIGITS: usize = 800;

/// The double that is nearest to a number as JSON has it; infinite if it is too large.
pub(super) fn nearest(text: &str) -> f64 {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let far = if exponent.starts_with('-') { i32::MIN } else { i32::MAX };
    let behind_point = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let exponent = exponent.parse().unwrap_or(far).saturating_sub(behind_point as i32);
    let digits = number.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
    let digits = digits.skip_while(|digit| *digit == 0);
    let double = match (digits.clone().count(), exponent) {
        (0, _) => 0.0,
        (..=19, -19..=19) => {
            let value = digits.fold(0_u64, |value, digit| value * 10 + u64::from(digit));
            let ten = 10_u64.pow(exponent.unsigned_abs());
            if value < 1 << 53 {
                // Both are doubles as they are, so that one operation rounds once.
                let (value, ten) = (value as f64, ten as f64);
                if exponent < 0 { value / ten } else { value * ten }
            } else if exponent >= 0 {
                binary(u128::from(value) * u128::from(ten), 0)
            } else {
                let shift = value.leading_zeros();
                let value = u128::from(value << shift) << 64;
                let quotient = value / u128::from(ten);
                let is_more = quotient * u128::from(ten) != value;
                binary(quotient | u128::from(is_more), 64 + shift as i32)
            }
        }
        (length, _) => match exponent.saturating_add(length as i32) {
            ..-330 => 0.0,
            -330..=310 => {
                close(digits.clone(), length, exponent).unwrap_or_else(|| exact(digits.collect(), exponent))
            }
            _ => f64::INFINITY,
        },
    };
    if text.starts_with('-') { -double } else { double }
}

/// The digits × 10^exponent, where 128 bits say which double is nearest. A long division for each number would be seconds
/// for what a client can send at once.
fn close(digits: impl Iterator<Item = u8>, length: usize, exponent: i32) -> Option<f64> {
    let taken = length.min(19);
    let value = digits.take(taken).fold(0_u64, |value, digit| value * 10 + u64::from(digit));
    let zeros = value.leading_zeros();
    let value = (u128::from(value << zeros) << 64, -64 - zeros as i32);
    let (product, power) = times(value, power_of_ten(exponent + (length - taken) as i32));
    // What the powers lack, and what is behind the digits that were taken.
    let error = if length > taken { 1 << 70 } else { 1 << 17 };
    let (product, shift) = (product >> 1, -1 - power); // so that it may grow
    let (low, high) = (binary((product - error) | 1, shift), binary((product + error) | 1, shift));
    (low.to_bits() == high.to_bits()).then_some(low)
}

/// Of a number its first 128 bits, nearly, and the power of two that they are to be multiplied by.
type Scaled = (u128, i32);

fn power_of_ten(exponent: i32) -> Scaled {
    // Ten, or a tenth.
    let mut base = if exponent < 0 { (u128::MAX / 5 * 4 + 1, -131) } else { (10 << 124, -124) };
    let (mut left, mut power) = (exponent.unsigned_abs(), (1 << 127, -127));
    while left > 0 {
        if left & 1 == 1 {
            power = times(power, base);
        }
        base = times(base, base);
        left >>= 1;
    }
    power
}

/// The product, less than some of its last bit smaller than it is.
fn times((a, a_power): Scaled, (b, b_power): Scaled) -> Scaled {
    let low = u128::from(u64::MAX);
    let (a_high, b_high) = (a >> 64, b >> 64);
    let product = a_high * b_high + ((a_high * (b & low)) >> 64) + (((a & low) * b_high) >> 64);
    let zeros = product.leading_zeros();
    (product << zeros, a_power + b_power + 128 - zeros as i32)
}

/// The digits × 10^exponent, by long division.
fn exact(mut digits: Vec<u8>, mut exponent: i32) -> f64 {
    if let Some(rest) = digits.get(DIGITS..).filter(|rest| !rest.is_empty()) {
        exponent += rest.len() as i32 - 1;
        let is_more = rest.iter().any(|digit| *digit > 0);
        digits.truncate(DIGITS);
        digits.push(u8::from(is_more));
    }
    let (mut value, mut divisor) = (Big::default(), Big(vec![1]));
    for digit in digits {
        value.multiply(10, u32::from(digit));
    }
    let scaled = if exponent < 0 { &mut divisor } else { &mut value };
    for _ in 0..exponent.unsigned_abs() {
        scaled.multiply(10, 0);
    }
    // The first bit of the quotient is 1, or the second.
    let shift = divisor.bits() - value.bits();
    let shifted = if shift < 0 { &mut divisor } else { &mut value };
    for _ in 0..shift.unsigned_abs() {
        shifted.multiply(2, 0);
    }
    let mut quotient = 0;
    for _ in 0..=65 {
        quotient = (quotient << 1) | u128::from(value.subtract(&divisor));
        value.multiply(2, 0);
    }
    binary(quotient | u128::from(value.bits() > 0), shift + 65)
}

/// `value` / 2^shift. It is not 0, and its last bit may stand for all that is behind it.
fn binary(value: u128, shift: i32) -> f64 {
    let zeros = value.leading_zeros();
    let (value, shift) = (value << zeros, shift + zeros as i32);
    // 53 bits are kept, or fewer of the smallest numbers.
    let dropped = (128 - 53).max(shift - 1074);
    let Ok(place @ ..=128) = u32::try_from(dropped) else { return 0.0 };
    let (kept, half) = (value.checked_shr(place).unwrap_or(0) as u64, 1_u128 << (place - 1));
    let rest = value & (half << 1).wrapping_sub(1);
    let up = match rest.cmp(&half) {
        Ordering::Less => 0,
        Ordering::Equal => kept & 1,
        Ordering::Greater => 1,
    };
    // A carry out of the bits goes into the exponent, as it should.
    let exponent = u64::try_from(dropped - shift + 1074).unwrap_or(0);
    f64::from_bits(((exponent << 52) + kept + up).min(f64::INFINITY.to_bits()))
}

/// A whole number of any size; the last digits first, none of the first 0.
#[derive(Default)]
struct Big(Vec<u32>);

impl Big {
    fn bits(&self) -> i32 {
        self.0.last().map_or(0, |first| self.0.len() as i32 * 32 - first.leading_zeros() as i32)
    }

    fn multiply(&mut self, by: u32, plus: u32) {
        let mut carry = u64::from(plus);
        for digit in &mut self.0 {
            carry += u64::from(*digit) * u64::from(by);
            *digit = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Subtracts, if the other is not greater.
    fn subtract(&mut self, other: &Self) -> bool {
        let order = self.0.len().cmp(&other.0.len());
        if order.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev())) == Ordering::Less {
            return false;
        }
        let mut borrow = 0;
        for (digit, less) in self.0.iter_mut().zip(other.0.iter().chain(std::iter::repeat(&0))) {
            let difference = i64::from(*digit) - i64::from(*less) - borrow;
            *digit = difference as u32;
            borrow = i64::from(difference < 0);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{close, nearest};

    fn check(text: &str) {
        assert_eq!(nearest(text).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
    }

    #[test]
    fn few_bytes_need_no_long_division() {
        for exponent in (-300..-30).chain(30..300) {
            let found = close([1, 2, 5].into_iter(), 3, exponent);
            assert_eq!(found, format!("125e{exponent}").parse().ok(), "{exponent}");
        }
    }

    #[test]
    fn the_hard_ones_are_rounded_as_by_the_standard_library() {
        let long = format!("1{}1", "0".repeat(900));
        let tie = format!("9007199254740993.{}1", "0".repeat(900));
        for text in [
            "0",
            "-0",
            "0.0",
            "-0e7",
            "1",
            "0.1",
            "1e23",
            "8.5e22",
            "9007199254740993",
            "9007199254740993.0",
            &tie,
            &long,
            "5e-324",
            "2.5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "2.2250738585072012e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "-1e309",
            "1e-400",
            "1e99999999999",
            "1e-99999999999",
            "0e99999999999",
            "18446744073709551615",
            "18446744073709551616",
            "1234567890123456789012345678901234567890e-20",
            "0.000000000000000000000000000000000000000000000000001",
            "123456789012345678e-19",
            "6.02214076E+23",
        ] {
            check(text);
        }
    }

    proptest! {
        #[test]
        fn all_are_rounded_as_by_the_standard_library(
            bits: u64, text in "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?(e[+-]?[0-9]{1,3})?", whole: u64, exponent in -330..300_i32,
        ) {
            let double = f64::from_bits(bits);
            if double.is_finite() {
                check(&double.to_string());
                check(&format!("{double:e}"));
                check(&format!("{double:.1100}")); // to its last digit
            }
            check(&text);
            check(&format!("{whole}e{exponent}"));
            // Half-way between two doubles, and beside that.
            let half = u128::from((whole >> 10) | (1 << 53) | 1) << exponent.rem_euclid(70);
            check(&half.to_string());
            check(&(half - 1).to_string());
            check(&format!("{half}.{}1", "0".repeat(30)));
        }
    }
}
