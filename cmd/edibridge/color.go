package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/edi"
)

// palette colors text for terminals; its zero value leaves it as it is.
type palette struct{ on bool }

// Escape sequences of ECMA-48, SGR.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "1;36"
	green  = "32"
	faint  = "2"
)

func (p palette) paint(style, text string) string {
	if !p.on || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// severity is the style of a severity.
func (p palette) severity(s edi.Severity) string {
	switch s {
	case edi.Error:
		return red
	case edi.Warning:
		return yellow
	}
	return cyan
}

// colorFlag adds --color.
func colorFlag(cmd *cobra.Command, when *string) {
	cmd.Flags().StringVar(when, "color", "auto", "color the output: auto (on a terminal, unless NO_COLOR is set), always, never")
}

// colors is the palette for --color and where the output goes.
func colors(when string, w io.Writer) (palette, error) {
	switch when {
	case "always":
		return palette{true}, nil
	case "never":
		return palette{}, nil
	case "auto":
		f, ok := w.(*os.File)
		if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
			return palette{}, nil
		}
		info, err := f.Stat()
		return palette{err == nil && info.Mode()&os.ModeCharDevice != 0}, nil
	}
	return palette{}, fmt.Errorf("--color %q: expected auto, always or never", when)
}
