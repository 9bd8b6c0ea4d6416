//! Bodies in a content coding
//! ([RFC 9110, section 8.4](https://www.rfc-editor.org/rfc/rfc9110#section-8.4)), valid and corrupt.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950: the zlib format, despite the name.
    Deflate,
    /// RFC 7932.
    #[cfg(feature = "brotli")]
    Brotli,
}

impl Coding {
    /// The name in `Content-Encoding`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            #[cfg(feature = "brotli")]
            Self::Brotli => "br",
        }
    }

    /// A body in this coding.
    pub(crate) fn encode(self, body: &[u8]) -> Vec<u8> {
        // Writing to memory does not fail.
        let encoded = match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(body).and_then(|()| encoder.finish())
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(body).and_then(|()| encoder.finish())
            }
            #[cfg(feature = "brotli")]
            Self::Brotli => {
                let (buffer, quality, window) = (64 * 1024, 5, 22);
                let mut encoder =
                    brotli::CompressorWriter::new(Vec::new(), buffer, quality, window);
                encoder.write_all(body).map(|()| encoder.into_inner())
            }
        };
        encoded.unwrap_or_default()
    }

    /// A body in this coding, damaged where every decoder must notice. Brotli has no checksum, so
    /// later damage could decode to another text.
    pub(crate) fn corrupt(self, body: &[u8]) -> Vec<u8> {
        let mut encoded = self.encode(body);
        match self {
            // The type of the first block, after the header, becomes the reserved one.
            Self::Gzip => encoded[10] |= 0b110,
            Self::Deflate => encoded[2] |= 0b110,
            // A window size that RFC 7932, section 9.1 reserves.
            #[cfg(feature = "brotli")]
            Self::Brotli => encoded[0] = 0b001_0001,
        }
        encoded
    }

    /// A body in this coding that is `size` bytes long when decoded: padded with spaces, which
    /// change neither JSON nor HTML.
    pub(crate) fn bomb(self, body: &[u8], size: usize) -> Vec<u8> {
        let mut body = body.to_vec();
        body.resize(body.len().max(size), b' ');
        self.encode(&body)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use flate2::read::{GzDecoder, ZlibDecoder};

    use super::*;

    const ALL: &[Coding] = &[
        Coding::Gzip,
        Coding::Deflate,
        #[cfg(feature = "brotli")]
        Coding::Brotli,
    ];
    const BODY: &[u8] = b"{\"iss\": \"http://127.0.0.1:9400\", \"keys\": [1, 2, 3]}";

    fn decode(coding: Coding, encoded: &[u8]) -> io::Result<Vec<u8>> {
        let mut decoded = Vec::new();
        match coding {
            Coding::Gzip => GzDecoder::new(encoded).read_to_end(&mut decoded)?,
            Coding::Deflate => ZlibDecoder::new(encoded).read_to_end(&mut decoded)?,
            #[cfg(feature = "brotli")]
            Coding::Brotli => brotli::Decompressor::new(encoded, 4096).read_to_end(&mut decoded)?,
        };
        Ok(decoded)
    }

    #[test]
    fn each_coding_can_be_decoded() {
        for &coding in ALL {
            for body in [BODY, b""] {
                let decoded = decode(coding, &coding.encode(body));
                assert_eq!(decoded.ok().as_deref(), Some(body), "{coding:?}");
            }
        }
    }

    #[test]
    fn a_corrupt_body_is_noticed_by_every_decoder() {
        for &coding in ALL {
            for body in [BODY, b""] {
                let corrupt = coding.corrupt(body);
                assert_eq!(corrupt.len(), coding.encode(body).len());
                decode(coding, &corrupt).expect_err(coding.name());
            }
        }
    }

    #[test]
    fn a_bomb_is_small_until_it_is_decoded() {
        let size = 10_000_000;
        for &coding in ALL {
            let bomb = coding.bomb(BODY, size);
            assert!(bomb.len() < size / 500, "{} has {} bytes", coding.name(), bomb.len());
            let decoded = decode(coding, &bomb).expect("the bomb is valid");
            assert_eq!(decoded.len(), size);
            assert_eq!(decoded.trim_ascii_end(), BODY);
        }
    }
}
