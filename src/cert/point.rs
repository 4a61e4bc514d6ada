//! Whether the public key on an elliptic curve is a point of that curve, and the public key to a private one on P-224.
//!
//! Go refuses a certificate whose key is not a point. The check is done here, not by the library that computes
//! signatures: the feature `cert` alone does not have that library, and the library does not know P-224.

use super::algorithm::Curve;
#[cfg(feature = "verify")]
use zeroize::Zeroizing;

/// 576 bits, the lowest limb first: enough for every curve here, with room for the sum of two numbers below `p`.
type Number = [u64; 9];

/// A curve y² = x³ - 3x + b over the numbers modulo `p`. All curves of Go's `crypto/elliptic` have this form.
struct Field {
    p: Number,
    b: Number,
}

const P224: Field = Field {
    p: [1, 0xffff_ffff_0000_0000, u64::MAX, 0xffff_ffff, 0, 0, 0, 0, 0],
    b: [0x270b_3943_2355_ffb4, 0x5044_b0b7_d7bf_d8ba, 0x0c04_b3ab_f541_3256, 0x0000_0000_b405_0a85, 0, 0, 0, 0, 0],
};

const P256: Field = Field {
    p: [u64::MAX, 0xffff_ffff, 0, 0xffff_ffff_0000_0001, 0, 0, 0, 0, 0],
    b: [0x3bce_3c3e_27d2_604b, 0x651d_06b0_cc53_b0f6, 0xb3eb_bd55_7698_86bc, 0x5ac6_35d8_aa3a_93e7, 0, 0, 0, 0, 0],
};

const P384: Field = Field {
    p: [0xffff_ffff, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_fffe, u64::MAX, u64::MAX, u64::MAX, 0, 0, 0],
    b: [
        0x2a85_c8ed_d3ec_2aef,
        0xc656_398d_8a2e_d19d,
        0x0314_088f_5013_875a,
        0x181d_9c6e_fe81_4112,
        0x988e_056b_e3f8_2d19,
        0xb331_2fa7_e23e_e7e4,
        0,
        0,
        0,
    ],
};

const P521: Field = Field {
    p: [u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, u64::MAX, 0x1ff],
    b: [
        0xef45_1fd4_6b50_3f00,
        0x3573_df88_3d2c_34f1,
        0x1652_c0bd_3bb1_bf07,
        0x5619_3951_ec7e_937b,
        0xb8b4_8991_8ef1_09e1,
        0xa2da_725b_99b3_15f3,
        0x929a_21a0_b685_40ee,
        0x953e_b961_8e1c_9a1f,
        0x0000_0000_0000_0051,
    ],
};

/// Returns whether `key` is a point in full (RFC 5480, 2.2): 4, x and y. As in Go a compressed point is not taken, and
/// the coordinates must be below the curve's prime. `false` for a curve that has no name here.
pub(super) fn is_on_curve(curve: Curve, key: &[u8]) -> bool {
    let field = match curve {
        Curve::P224 => &P224,
        Curve::P256 => &P256,
        Curve::P384 => &P384,
        Curve::P521 => &P521,
        Curve::Other(_) | Curve::Unnamed => return false,
    };
    let length = curve.bits().map_or(0, |bits| bits.div_ceil(8) as usize);
    match key.split_first() {
        Some((4, coordinates)) if coordinates.len() == 2 * length => {
            let (x, y) = coordinates.split_at(length);
            field.contains(&number(x), &number(y))
        }
        _ => false,
    }
}

impl Field {
    fn contains(&self, x: &Number, y: &Number) -> bool {
        if !is_less(x, &self.p) || !is_less(y, &self.p) {
            return false;
        }
        // Montgomery's product of two numbers has 1/R as a factor. Each term is multiplied until it has two of them.
        const ONE: Number = [1, 0, 0, 0, 0, 0, 0, 0, 0];
        let twice = |n: &Number| self.multiply(&self.multiply(n, &ONE), &ONE);
        let y2 = self.multiply(&self.multiply(y, y), &ONE);
        let x3 = self.multiply(&self.multiply(x, x), x);
        let three_x = self.add(&self.add(x, x), x);
        // y² + 3x = x³ + b
        self.add(&y2, &twice(&three_x)) == self.add(&x3, &twice(&self.b))
    }

    fn add(&self, a: &Number, b: &Number) -> Number {
        let mut carry = 0;
        let mut sum = *a;
        for (digit, other) in sum.iter_mut().zip(b) {
            let wide = u128::from(*digit) + u128::from(*other) + carry;
            (*digit, carry) = (wide as u64, wide >> 64);
        }
        self.reduce(sum)
    }

    /// Subtracts `p` once if the number is not below it.
    fn reduce(&self, mut number: Number) -> Number {
        if !is_less(&number, &self.p) {
            let mut borrow = false;
            for (digit, other) in number.iter_mut().zip(&self.p) {
                let (less, first) = digit.overflowing_sub(*other);
                let (less, second) = less.overflowing_sub(u64::from(borrow));
                (*digit, borrow) = (less, first || second);
            }
        }
        number
    }

    /// Returns a · b / R modulo p, with R = 2^576 (P. L. Montgomery, 1985).
    fn multiply(&self, a: &Number, b: &Number) -> Number {
        let [lowest, ..] = self.p;
        // The inverse of -p modulo 2^64, by Newton's method: each step doubles the bits that are right.
        let inverse = (0..6).fold(1u64, |n, _| n.wrapping_mul(2u64.wrapping_sub(lowest.wrapping_mul(n))));
        let inverse = inverse.wrapping_neg();
        let mut sum = [0; 10];
        for digit in a {
            add_product(&mut sum, *digit, b);
            let [low, ..] = sum;
            add_product(&mut sum, low.wrapping_mul(inverse), &self.p);
            // The lowest limb is 0 now.
            sum.rotate_left(1);
        }
        let [number @ .., _] = sum;
        self.reduce(number)
    }
}

/// Adds a product to a sum. The sum stays far below 2^640, so nothing is carried out of it.
fn add_product(sum: &mut [u64; 10], a: u64, b: &Number) {
    let mut carry = 0;
    for (digit, other) in sum.iter_mut().zip(b.iter().chain(&[0])) {
        let wide = u128::from(a) * u128::from(*other) + u128::from(*digit) + carry;
        (*digit, carry) = (wide as u64, wide >> 64);
    }
}

fn is_less(a: &Number, b: &Number) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// Reads a big-endian number of at most 72 bytes.
fn number(bytes: &[u8]) -> Number {
    let mut number = Number::default();
    for (digit, chunk) in number.iter_mut().zip(bytes.rchunks(8)) {
        *digit = chunk.iter().fold(0, |digit, byte| digit << 8 | u64::from(*byte));
    }
    number
}

/// Returns the point in full that belongs to a private key on P-224, for comparing it with a certificate. `None` where
/// the number is zero or not below the order of the curve.
///
/// It does the same steps for every number, but is not hardened against an attacker who measures time on this machine.
/// The other curves are left to the library.
#[cfg(feature = "verify")]
pub(super) fn p224_public_key(secret: &[u8]) -> Option<Vec<u8>> {
    const ORDER: Number = [0x13dd_2945_5c5c_2a3d, 0xffff_16a2_e0b8_f03e, u64::MAX, 0xffff_ffff, 0, 0, 0, 0, 0];
    const X: Number = [0x3432_80d6_115c_1d21, 0x4a03_c1d3_56c2_1122, 0x6bb4_bf7f_3213_90b9, 0xb70e_0cbd, 0, 0, 0, 0, 0];
    const Y: Number = [0x44d5_8199_8500_7e34, 0xcd43_75a0_5a07_4764, 0xb5f7_23fb_4c22_dfe6, 0xbd37_6388, 0, 0, 0, 0, 0];
    let number = Zeroizing::new(number(secret));
    if secret.len() != 28 || *number == Number::default() || !is_less(&number, &ORDER) {
        return None;
    }
    let field = &P224;
    let square = field.square_of_r();
    let one = field.multiply(&[1, 0, 0, 0, 0, 0, 0, 0, 0], &square);
    let b = field.multiply(&field.b, &square);
    let generator = [field.multiply(&X, &square), field.multiply(&Y, &square), one];
    let mut sum = Zeroizing::new([Number::default(), one, Number::default()]);
    for byte in secret {
        for bit in (0..8).rev() {
            *sum = field.add_points(&b, &sum, &sum);
            let more = Zeroizing::new(field.add_points(&b, &sum, &generator));
            // All ones or all zeros.
            let mask = u64::from(byte >> bit & 1).wrapping_neg();
            for (digit, other) in sum.as_flattened_mut().iter_mut().zip(more.as_flattened()) {
                *digit ^= mask & (*digit ^ other);
            }
        }
    }
    let [x, y, z] = &*sum;
    let inverse = field.inverse(z, &one);
    let mut point = vec![4];
    for coordinate in [x, y] {
        let affine = field.multiply(&field.multiply(coordinate, &inverse), &[1, 0, 0, 0, 0, 0, 0, 0, 0]);
        let bytes: Vec<u8> = affine.iter().rev().flat_map(|digit| digit.to_be_bytes()).collect();
        point.extend(bytes.get(bytes.len() - 28..)?);
    }
    Some(point)
}

#[cfg(feature = "verify")]
impl Field {
    fn subtract(&self, a: &Number, b: &Number) -> Number {
        let mut borrow = false;
        let mut negative = self.p;
        for (digit, other) in negative.iter_mut().zip(b) {
            let (less, first) = digit.overflowing_sub(*other);
            let (less, second) = less.overflowing_sub(u64::from(borrow));
            (*digit, borrow) = (less, first || second);
        }
        self.add(a, &self.reduce(negative))
    }

    /// Returns R² modulo p: the factor that gives a number the form of Montgomery's products.
    fn square_of_r(&self) -> Number {
        (0..2 * 576).fold([1, 0, 0, 0, 0, 0, 0, 0, 0], |n, _| self.add(&n, &n))
    }

    /// Returns the inverse by Fermat: the number to the power p - 2.
    fn inverse(&self, number: &Number, one: &Number) -> Number {
        let exponent = self.subtract(&self.p, &[2, 0, 0, 0, 0, 0, 0, 0, 0]);
        exponent.iter().rev().fold(*one, |power, digit| {
            (0..64).rev().fold(power, |power, bit| {
                let squared = self.multiply(&power, &power);
                if digit >> bit & 1 == 1 { self.multiply(&squared, number) } else { squared }
            })
        })
    }

    /// Adds two points by the complete formula for curves with a = -3 (J. Renes, C. Costello, L. Batina: Complete
    /// addition formulas for prime order elliptic curves, 2016, algorithm 4). All numbers have Montgomery's form.
    fn add_points(&self, b: &Number, one: &[Number; 3], other: &[Number; 3]) -> [Number; 3] {
        let ([x1, y1, z1], [x2, y2, z2]) = (one, other);
        let (mul, add, sub) = (
            |a: &Number, b: &Number| self.multiply(a, b),
            |a: &Number, b: &Number| self.add(a, b),
            |a: &Number, b: &Number| self.subtract(a, b),
        );
        let triple = |a: &Number| add(&add(a, a), a);
        let (xx, yy, zz) = (mul(x1, x2), mul(y1, y2), mul(z1, z2));
        let xy = sub(&mul(&add(x1, y1), &add(x2, y2)), &add(&xx, &yy));
        let yz = sub(&mul(&add(y1, z1), &add(y2, z2)), &add(&yy, &zz));
        let xz = sub(&mul(&add(x1, z1), &add(x2, z2)), &add(&xx, &zz));
        let part = triple(&sub(&xz, &mul(b, &zz)));
        let (minus, plus) = (sub(&yy, &part), add(&yy, &part));
        let three_zz = triple(&zz);
        let rest = triple(&sub(&sub(&mul(b, &xz), &three_zz), &xx));
        let slope = sub(&triple(&xx), &three_zz);
        [
            sub(&mul(&xy, &plus), &mul(&yz, &rest)),
            add(&mul(&plus, &minus), &mul(&slope, &rest)),
            add(&mul(&yz, &minus), &mul(&xy, &slope)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    }

    /// The generators of the curves (FIPS 186-4, D.1.2).
    #[test]
    fn generators_are_points() {
        for (curve, x, y) in [
            (
                Curve::P224,
                "b70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21",
                "bd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34",
            ),
            (
                Curve::P256,
                "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
                "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
            ),
            (
                Curve::P384,
                "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
                "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
            ),
            (
                Curve::P521,
                "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ff\
                 a8de3348b3c1856a429bf97e7e31c2e5bd66",
                "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad\
                 0761353c7086a272c24088be94769fd16650",
            ),
        ] {
            let (x, y) = (bytes(x), bytes(y));
            let point = [&[4][..], &x, &y].concat();
            assert!(is_on_curve(curve, &point), "{curve}");
            for bit in 0..point.len() * 8 {
                let mut other = point.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!is_on_curve(curve, &other), "{curve}, bit {bit}");
            }
            assert!(!is_on_curve(curve, &[&[4][..], &y, &x].concat()));
            assert!(!is_on_curve(curve, &[&[2 + (y[y.len() - 1] & 1)][..], &x].concat()), "compressed");
            assert!(!is_on_curve(curve, &point[1..]) && !is_on_curve(curve, &[point.as_slice(), &[0]].concat()));
            assert!(!is_on_curve(curve, &[0]) && !is_on_curve(curve, &[]), "the point at infinity");
            assert!(!is_on_curve(curve, &[&[4][..], &vec![0xff; 2 * x.len()]].concat()), "{curve}: above the prime");
            assert!(!is_on_curve(curve, &[&[4][..], &vec![0; 2 * x.len()]].concat()), "{curve}: zero");
            assert!(!is_on_curve(Curve::Unnamed, &point));
        }
    }
}
