//! Networks as `10.42.0.0/16`.

use std::net::IpAddr;

/// A network, as Go's `net.ParseCIDR` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cidr {
    address: u128,
    bits: u32,
    is_v6: bool,
}

impl Cidr {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let is_number = !length.is_empty() && length.len() <= 3 && length.bytes().all(|b| b.is_ascii_digit());
        let length: u32 = if is_number { length.parse().ok()? } else { return None };
        let (address, width, is_v6) = number(address.parse().ok()?);
        let host_bits = width.checked_sub(length)?;
        let address = if host_bits == 128 { 0 } else { address >> host_bits << host_bits };
        Some(Cidr { address, bits: host_bits, is_v6 })
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let (address, _, is_v6) = number(address);
        is_v6 == self.is_v6 && self.prefix(address) == self.prefix(self.address)
    }

    /// Whether any address is in both.
    pub(super) fn overlaps(&self, other: &Cidr) -> bool {
        let larger = if self.bits >= other.bits { self } else { other };
        self.is_v6 == other.is_v6 && larger.prefix(self.address) == larger.prefix(other.address)
    }

    fn prefix(&self, address: u128) -> u128 {
        address.checked_shr(self.bits).unwrap_or(0)
    }
}

/// The address as a number, how many bits it has, and whether it is IPv6. An IPv4 address in IPv6's clothes is IPv4.
fn number(address: IpAddr) -> (u128, u32, bool) {
    match address {
        IpAddr::V4(v4) => (u32::from(v4).into(), 32, false),
        IpAddr::V6(v6) => (v6.into(), 128, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        for text in ["10.42.0.0/16", "10.42.3.4/16", "0.0.0.0/0", "::/0", "2001:cafe:42::/56", "1.2.3.4/32", "::1/128"]
        {
            assert!(Cidr::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "10.42.0.0",
            "10.42.0.0/33",
            "10.42.0.0/-1",
            "10.42.0.0/+1",
            "10.42/16",
            " 10.42.0.0/16",
            "x/8",
            "::/129",
            "1.2.3.4/",
        ] {
            assert!(Cidr::parse(text).is_none(), "{text}");
        }
        let cidr = |text| Cidr::parse(text).unwrap();
        assert_eq!(cidr("10.42.3.4/16"), cidr("10.42.0.0/16"));
        for (a, b, expected) in [
            ("10.42.0.0/16", "10.43.0.0/16", false),
            ("10.42.0.0/15", "10.43.0.0/16", true),
            ("10.43.128.0/17", "10.43.0.0/16", true),
            ("0.0.0.0/0", "10.43.0.0/16", true),
            ("::/0", "10.43.0.0/16", false),
            ("::/0", "2001::/16", true),
        ] {
            assert_eq!(cidr(a).overlaps(&cidr(b)), expected, "{a} {b}");
            assert_eq!(cidr(b).overlaps(&cidr(a)), expected, "{b} {a}");
        }
        assert!(cidr("10.43.0.0/16").contains("10.43.0.10".parse().unwrap()));
        assert!(!cidr("10.43.0.0/16").contains("10.44.0.10".parse().unwrap()));
        assert!(!cidr("10.43.0.0/16").contains("::1".parse().unwrap()));
    }
}
