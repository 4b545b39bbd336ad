package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/edibridge/edibridge/edi/guide"
)

// usual are the places that a draft of an example has beside what is mandatory,
// by set or message type.
var usual = map[string]string{
	"810": "N1/N4 IT1/PID CTT",
	"846": "N1 LIN/QTY CTT",
	"850": "N1/N4 PO1/PID CTT",
	"855": "N1 PO1/ACK CTT",
	"860": "N1 POC CTT",
	"940": "N1/N4 LX/W01 W76",
	"945": "N1/N4 LX/W12 W03",

	"DESADV": "RFF NAD CPS/LIN/QTY CNT",
	"INVOIC": "NAD LIN/QTY LIN/PRI",
	"ORDERS": "NAD LIN/QTY",
	"ORDRSP": "RFF NAD LIN/QTY",
}

// writeExamples gives each guide of a folder that has no file of examples one
// with a draft; those that are there were made better by hand, and stay.
func writeExamples(dir string) error {
	lib, err := guide.Load(os.DirFS(dir))
	if err != nil {
		return err
	}
	for _, name := range lib.Names() {
		file := filepath.Join(dir, strings.TrimSuffix(lib.File(name), ".guide")+".example")
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return err
			}
			continue
		}
		g := lib.Named(name)
		e := g.Draft("a draft", strings.Fields(usual[g.Set()])...)
		if failed := g.Test(e); len(failed) > 0 {
			return fmt.Errorf("%s: the draft of an example fails: %s", name, failed[0].Text)
		}
		text := fmt.Sprintf("examples %s\n\nexample %q\n  %s\n", name, e.Name, strings.Join(e.Segments, "\n  "))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
