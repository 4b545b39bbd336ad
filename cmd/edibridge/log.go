package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/edibridge/edibridge/internal/config"
)

// newLog makes the log that docs/OPERATING.md describes: text for people, JSON
// for machines; "auto" asks whether w is a terminal.
func newLog(w io.Writer, l config.Log) *slog.Logger {
	o := &slog.HandlerOptions{Level: l.Level}
	if l.Format == "text" || l.Format == "auto" && isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

// isTerminal reports whether w is a character device: a terminal, for our means.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
