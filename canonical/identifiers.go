package canonical

import (
	"errors"
	"fmt"
	"strings"
)

// Why a text is not the value that it was taken for: what a [ValueError] wraps.
var (
	ErrDigits     = errors.New("has other characters than digits")
	ErrLength     = errors.New("has a length that it cannot have")
	ErrCheckDigit = errors.New("has a wrong check digit")
	ErrUnknown    = errors.New("is not in the list")
)

// ValueError is a text that does not normalise. The document keeps the text as
// it came; only the normalised value beside it is missing.
type ValueError struct {
	Kind  string // "GTIN", "GLN", "SSCC", "country", "currency", "unit", "decimal", "date"
	Value string // as given
	Err   error  // [ErrDigits], [ErrLength], [ErrCheckDigit], [ErrUnknown], [ErrDecimal], [ErrDate]
}

// Error is "canonical: GTIN \"123\" has a length that it cannot have".
func (e *ValueError) Error() string {
	return fmt.Sprintf("canonical: %s %q %v", e.Kind, e.Value, e.Err)
}

// Unwrap gives the reason.
func (e *ValueError) Unwrap() error { return e.Err }

// GTIN14 gives a GTIN-8, -12, -13 or -14 as fourteen digits, zeros before it:
// one text for one product, whatever length a partner stores (GS1 General
// Specifications, 3.3.2). The error is a [*ValueError].
//
// QUIRK: a GTIN-12 whose leading zero a spreadsheet took away has eleven digits.
// It is refused: so has a GTIN-12 without its check digit.
func GTIN14(s string) (string, error) {
	s = strings.TrimSpace(s)
	if err := gs1Key("GTIN", s, 8, 12, 13, 14); err != nil {
		return "", err
	}
	return "00000000000000"[len(s):] + s, nil
}

// GLN gives a Global Location Number, thirteen digits with a right check digit.
// The error is a [*ValueError].
//
// QUIRK: a DUNS+4 (X12 element 66, code 9) has thirteen digits too; only the
// scheme tells them apart.
func GLN(s string) (string, error) {
	s = strings.TrimSpace(s)
	return s, gs1Key("GLN", s, 13)
}

// SSCC gives a Serial Shipping Container Code as eighteen digits with a right
// check digit. The error is a [*ValueError].
//
// QUIRK: partners give it with the application identifier that its bar code
// begins with, "00" or "(00)", without it, and with blanks between the groups.
func SSCC(s string) (string, error) {
	t := strings.ReplaceAll(s, " ", "")
	if u, ok := strings.CutPrefix(t, "(00)"); ok {
		t = u
	} else if len(t) == 20 {
		t = strings.TrimPrefix(t, "00")
	}
	if err := gs1Key("SSCC", t, 18); err != nil {
		return "", &ValueError{"SSCC", s, errors.Unwrap(err)}
	}
	return t, nil
}

// gs1Key checks the characters, the length and the check digit of a GS1 key.
func gs1Key(kind, s string, lengths ...int) error {
	if leadingDigits(s) != len(s) {
		return &ValueError{kind, s, ErrDigits}
	}
	fits := false
	for _, n := range lengths {
		fits = fits || len(s) == n
	}
	switch {
	case !fits:
		return &ValueError{kind, s, ErrLength}
	case !CheckDigit(s):
		return &ValueError{kind, s, ErrCheckDigit}
	}
	return nil
}

// CheckDigit reports whether the last digit of s, all digits, is the check
// digit of a GS1 key (GTIN, GLN, SSCC): GS1 General Specifications, 7.9.1.
func CheckDigit(s string) bool {
	sum, weight := 0, 1
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += int(s[i]-'0') * weight
		weight = 4 - weight
	}
	return s != "" && sum%10 == 0
}
