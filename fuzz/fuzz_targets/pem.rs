//! PEM, certificates and times: no input panics, and what was read once reads the same again.
#![no_main]

use kubeconfig::cert::{self, Certificate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = (cert::leaf(data), cert::private_key_kind(data));
    for section in cert::sections(data) {
        match section {
            Ok(section) => {
                let _ = (format!("{section:?}"), section.certificate());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    let certificates = cert::certificates(data).unwrap_or_default();
    for certificate in certificates.iter().chain(Certificate::from_der(data).ok().as_ref()) {
        let again = Certificate::from_der(certificate.der()).expect("its own DER");
        assert_eq!(format!("{certificate:?}"), format!("{again:?}"));
        for time in [certificate.not_before(), certificate.not_after()] {
            // An offset can carry the last hours of 9999 over its end, and that is no time that could be asked for.
            assert_eq!(cert::parse_time(&cert::rfc3339(time)).unwrap_or(time), time);
            let _ = certificate.is_valid_at(time);
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(time) = cert::parse_time(text) {
            assert_eq!(cert::parse_time(&cert::rfc3339(time)).expect("a printed time"), time);
        }
    }
});
