package archive

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Hash is a SHA-256 digest (FIPS 180-4). Its text form is 64 lower-case
// hexadecimal digits; the zero Hash means "none".
type Hash [sha256.Size]byte

// Sum is the Hash of data.
func Sum(data []byte) Hash { return sha256.Sum256(data) }

// ParseHash reads the text form. Upper-case digits are refused: each Hash has one
// spelling.
func ParseHash(text string) (Hash, error) {
	var h Hash
	return h, parseHex(h[:], text)
}

// String gives the text form.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether h is the zero Hash.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText gives the text form (encoding.TextMarshaler).
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the text form as [ParseHash] does.
func (h *Hash) UnmarshalText(text []byte) error { return parseHex(h[:], string(text)) }

// Salt makes a commitment unguessable: 32 random bytes, kept apart from the log
// and destroyed with what they protect. Text form as of [Hash].
type Salt [32]byte

// NewSalt draws a Salt.
func NewSalt() Salt {
	var s Salt
	rand.Read(s[:]) // never fails: crypto/rand ends the program instead
	return s
}

// MarshalText gives the text form (encoding.TextMarshaler).
func (s Salt) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(s[:])), nil }

// UnmarshalText reads the text form.
func (s *Salt) UnmarshalText(text []byte) error { return parseHex(s[:], string(text)) }

// Commit is SHA-256(salt || sum): what a [Leaf] says about plain bytes or private
// metadata whose own digest is sum. Who holds salt and bytes can open it; once
// the salt is destroyed, guessing the bytes proves nothing.
func Commit(salt Salt, sum Hash) Hash {
	var both [len(salt) + len(sum)]byte
	copy(both[:], salt[:])
	copy(both[len(salt):], sum[:])
	return Sum(both[:])
}

// Subject is the pseudonym under which a [Leaf] names a partner: the first 16
// bytes of HMAC-SHA256(key, partner) in lower-case hexadecimal (RFC 2104).
func Subject(key []byte, partner string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(partner)) // never fails
	return hex.EncodeToString(mac.Sum(nil)[:subjectSize])
}

// subjectSize is the length of a pseudonym in bytes.
const subjectSize = 16

// parseHex fills dst from exactly as many lower-case hexadecimal digits as it
// needs.
func parseHex(dst []byte, text string) error {
	if len(text) != hex.EncodedLen(len(dst)) {
		return fmt.Errorf("archive: %d characters where %d hexadecimal digits belong", len(text), hex.EncodedLen(len(dst)))
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return fmt.Errorf("archive: character %d (%q) is no lower-case hexadecimal digit", i+1, c)
		}
	}
	_, err := hex.Decode(dst, []byte(text))
	return err
}
