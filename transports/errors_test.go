package transports_test

import (
	"errors"
	"io"
	"testing"

	"github.com/edibridge/edibridge/transports"
)

func TestTooLargeIsRefused(t *testing.T) {
	if !errors.Is(transports.ErrTooLarge, transports.ErrRefused) {
		t.Error("ErrTooLarge is not ErrRefused")
	}
	if errors.Is(transports.ErrRefused, transports.ErrTooLarge) || errors.Is(transports.ErrBusy, transports.ErrRefused) {
		t.Error("kinds of refusal are taken for each other")
	}
}

func TestFailureUnwraps(t *testing.T) {
	var err error = &transports.Failure{Err: io.ErrUnexpectedEOF, Permanent: true}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("a Failure hides its cause")
	}
	if got, want := err.Error(), "transports: unexpected EOF"; got != want {
		t.Errorf("text\ngot  %q\nwant %q", got, want)
	}
}
